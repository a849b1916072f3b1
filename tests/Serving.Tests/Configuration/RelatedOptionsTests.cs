using Pipeline.Serving.Configuration;
using Pipeline.Shared;
using Pipeline.Shared.Configuration;

namespace Pipeline.Serving.Tests.Configuration;

public sealed class RelatedOptionsTests
{
    [Fact]
    public void The_memory_of_all_requests_must_hold_one_of_the_largest_and_the_error_names_both_sides()
    {
        var limits = new LimitOptions { MaxBodyBytes = 1_000_000, MaxPixels = 1_000_000 };
        var enough = 1_048_576 + 1_000_000 + 4 * 1_000_000 + 4_194_304;   // buffer of the body, copy, codec's bitmap, buffer of the image

        OptionRules.Check(new ServiceOptions { Limits = limits with { MaxBytesInFlight = enough } });
        var refused = Assert.ThrowsAny<UserErrorException>(
            () => OptionRules.Check(new ServiceOptions { Limits = limits with { MaxBytesInFlight = enough - 1 } }));

        Assert.Contains("limits.maxBytesInFlight", refused.Message);
        Assert.Contains("maxBodyBytes 1000000", refused.Message);
        Assert.Contains("maxPixels 1000000", refused.Message);
        Assert.Contains($"takes {enough}", refused.Message);
    }

    [Fact]
    public void The_longest_side_bounds_the_pixels_too() => OptionRules.Check(new ServiceOptions
    {
        Limits = new LimitOptions
        {
            MaxBodyBytes = 1_000,
            MaxPixels = LimitOptions.LargestPixels,
            MaxSidePixels = 100,
            MaxBytesInFlight = 80_000,
        },
    });

    [Theory]
    [InlineData(ExecutionProvider.Cpu)]
    [InlineData(ExecutionProvider.Cuda)]
    public void Half_precision_is_for_tensorrt_alone(ExecutionProvider provider)
    {
        var execution = new ExecutionOptions { Provider = provider, Fp16 = true };

        var refused = Assert.ThrowsAny<UserErrorException>(() => OptionRules.Check(new ServiceOptions { Execution = execution }));

        Assert.Contains("execution.fp16", refused.Message);
        OptionRules.Check(new ServiceOptions { Execution = execution with { Provider = ExecutionProvider.TensorRt } });
    }

    [Fact]
    public void A_limit_of_a_gpus_memory_needs_a_gpu()
    {
        var execution = new ExecutionOptions { ArenaLimitBytes = 1_000_000_000 };

        var refused = Assert.ThrowsAny<UserErrorException>(() => OptionRules.Check(new ServiceOptions { Execution = execution }));

        Assert.Contains("execution.arenaLimitBytes", refused.Message);
        OptionRules.Check(new ServiceOptions { Execution = execution with { Provider = ExecutionProvider.Cuda } });
    }
}
