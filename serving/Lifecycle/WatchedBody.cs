using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Pipeline.Serving.Lifecycle;

/// <summary>The body of a request, passed through without a copy; it tells its connection when it waits for the client.</summary>
internal sealed class WatchedBody : IRequestBodyPipeFeature
{
    private WatchedBody(PipeReader reader, OpenConnection connection) => Reader = new WatchedReader(reader, connection);

    /// <inheritdoc />
    public PipeReader Reader { get; }

    /// <summary>Watches the body of a request, if it has one.</summary>
    public static void Watch(HttpContext context, OpenConnection connection)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true)
        {
            return;
        }

        var body = new WatchedBody(context.Request.BodyReader, connection);
        context.Request.Body = new WatchedStream(context.Request.Body, connection);
        context.Features.Set<IRequestBodyPipeFeature>(body);
    }

    private static async ValueTask<T> Waiting<T>(ValueTask<T> read, OpenConnection connection)
    {
        connection.Wait();
        try
        {
            return await read;
        }
        finally
        {
            connection.Work();
        }
    }

    private sealed class WatchedReader(PipeReader inner, OpenConnection connection) : PipeReader
    {
        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            var read = inner.ReadAsync(cancellationToken);
            return read.IsCompleted ? read : Waiting(read, connection);
        }

        public override bool TryRead(out ReadResult result) => inner.TryRead(out result);

        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
    }

    private sealed class WatchedStream(Stream inner, OpenConnection connection) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => inner.Position = value;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = inner.ReadAsync(buffer, cancellationToken);
            return read.IsCompleted ? read : Waiting(read, connection);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Flush() => inner.Flush();

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => inner.SetLength(value);

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
    }
}
