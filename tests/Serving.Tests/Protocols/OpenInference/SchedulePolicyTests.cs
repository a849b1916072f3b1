using Microsoft.Extensions.Time.Testing;
using Pipeline.Serving.Batching;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Protocols.OpenInference;

namespace Pipeline.Serving.Tests.Protocols.OpenInference;

/// <summary>Which class and deadline a request gets from its parameters.</summary>
public sealed class SchedulePolicyTests
{
    private readonly FakeTimeProvider time = new();

    [Theory]
    [InlineData(null, false), InlineData(0L, false), InlineData(1L, false), InlineData(2L, true)]
    public void Priority_2_is_background_work(long? priority, bool isBackground) =>
        Assert.Equal(isBackground, Read(("priority", priority)).Class == RequestClass.Background);

    [Theory]
    [InlineData(null, 1_000_000), InlineData(0L, 1_000_000), InlineData(250_000L, 250_000), InlineData(1L, 1)]
    [InlineData(5_000_000L, 1_000_000), InlineData(long.MaxValue, 1_000_000)]
    public void A_timeout_in_microseconds_can_only_shorten_the_time(long? timeout, long expectedMicroseconds)
    {
        var terms = Read(("timeout", timeout));

        Assert.Equal(TimeSpan.FromMicroseconds(expectedMicroseconds), time.GetElapsedTime(time.GetTimestamp(), terms.Deadline));
    }

    [Theory]
    [InlineData("priority", 3L), InlineData("priority", true), InlineData("timeout", -1L), InlineData("timeout", "5")]
    [InlineData("sequence_id", 7L), InlineData("sequence_end", true)]
    public void Other_values_are_refused_with_the_name_of_the_parameter(string name, object value)
    {
        var refusal = Assert.Throws<RefusedRequestException>(() => Read((name, value)));

        Assert.Equal(FaultKind.Malformed, refusal.Fault.Kind);
        Assert.StartsWith($"parameters.{name}", refusal.Message);
    }

    private RequestTerms Read((string Name, object? Value) parameter)
    {
        var parameters = new ParameterSet("parameters");
        if (parameter.Value is not null)
        {
            parameters.Add(parameter.Name, parameter.Value);
        }

        var latest = RequestTerms.Live(time, TimeSpan.FromSeconds(1), CancellationToken.None);
        return SchedulePolicy.Read(parameters, latest, time.GetTimestamp(), time);
    }
}
