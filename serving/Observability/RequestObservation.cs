namespace Pipeline.Serving.Observability;

/// <summary>
/// What is measured of one request for detection, from its arrival to the last byte of its answer. Without a call of
/// <see cref="Fail"/> it counts as answered. Images of one request may be reported from several threads.
/// </summary>
internal sealed class RequestObservation : IDisposable
{
    private readonly Action<RequestObservation> end;
    private long decodeTicks;
    private long encodeTicks;
    private long queueTicks;
    private long inferenceTicks;
    private bool ended;

    /// <param name="protocol">By which protocol it came.</param>
    /// <param name="start">Time stamp of its arrival.</param>
    /// <param name="end">Records it.</param>
    internal RequestObservation(RequestProtocol protocol, long start, Action<RequestObservation> end)
    {
        Protocol = protocol;
        Start = start;
        this.end = end;
    }

    /// <summary>By which protocol it came.</summary>
    public RequestProtocol Protocol { get; }

    /// <summary>How it ended: <c>ok</c>, or what a fault is called.</summary>
    public string Outcome { get; private set; } = RequestOutcomes.Answered;

    /// <summary>Time stamp of its arrival.</summary>
    internal long Start { get; }

    /// <summary>The version that answers it; null when it was refused before one was found.</summary>
    internal VersionMetrics? Version { get; private set; }

    /// <summary>Time to decode all its images.</summary>
    internal TimeSpan DecodeTime => new(Interlocked.Read(ref decodeTicks));

    /// <summary>Time that its images waited, summed.</summary>
    internal TimeSpan QueueTime => new(Interlocked.Read(ref queueTicks));

    /// <summary>Time of the executions that its images took part in, summed.</summary>
    internal TimeSpan InferenceTime => new(Interlocked.Read(ref inferenceTicks));

    /// <summary>Time to encode its answer.</summary>
    internal TimeSpan EncodeTime => new(Interlocked.Read(ref encodeTicks));

    /// <summary>Whether its answer was encoded separately.</summary>
    internal bool HasEncoded { get; private set; }

    /// <summary>Says which version answers it. A lease that knows of the observation does this.</summary>
    public void Serve(VersionMetrics version) => Version = version;

    /// <summary>Records the decoding of an image.</summary>
    public void Decoded(TimeSpan time)
    {
        Interlocked.Add(ref decodeTicks, time.Ticks);
        Version?.Decoded(time);
    }

    /// <summary>Records how an image waited and was executed. A lease that knows of the observation does this.</summary>
    public void Executed(TimeSpan queueTime, TimeSpan inferenceTime)
    {
        Interlocked.Add(ref queueTicks, queueTime.Ticks);
        Interlocked.Add(ref inferenceTicks, inferenceTime.Ticks);
    }

    /// <summary>Records how long it took to make the answer's bytes of the detections.</summary>
    public void Encoded(TimeSpan time)
    {
        Interlocked.Add(ref encodeTicks, time.Ticks);
        HasEncoded = true;
    }

    /// <summary>Says that it was not answered as it asked.</summary>
    /// <param name="outcome">One of <see cref="RequestOutcomes"/>.</param>
    public void Fail(string outcome) => Outcome = RequestOutcomes.Known(outcome);

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        if (!ended)
        {
            ended = true;
            end(this);
        }
    }
}
