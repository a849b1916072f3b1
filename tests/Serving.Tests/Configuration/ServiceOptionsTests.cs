using Pipeline.Serving.Configuration;
using Pipeline.Shared;
using Pipeline.Shared.Configuration;

namespace Pipeline.Serving.Tests.Configuration;

public sealed class ServiceOptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => OptionRules.Check(new ServiceOptions());

    [Fact]
    public void An_option_out_of_range_is_refused_before_the_repository_is_read()
    {
        var good = new ServiceOptions { Repository = new RepositoryOptions { Models = "nowhere" } };
        Refused(good with { Repository = good.Repository with { Version = 0 } }, "repository.version: 0 is refused");
        Refused(good with { Limits = new LimitOptions { MaxBodyBytes = 0 } }, "limits.maxBodyBytes: 0 is refused; it must be from 1 to ");
        Refused(good with { Limits = new LimitOptions { MaxPixels = -1 } }, "limits.maxPixels: -1 is refused");
        Refused(good with { Limits = new LimitOptions { MaxSidePixels = 65_536 } }, "limits.maxSidePixels: 65536 is refused");
        Refused(good with { Batching = new BatchingOptions { MaxQueueDelayMs = double.NaN } }, "batching.maxQueueDelayMs: NaN");
    }

    [Fact]
    public void The_limits_of_images_are_those_of_the_options()
    {
        var limits = new LimitOptions { MaxBodyBytes = 1, MaxPixels = 2, MaxSidePixels = 3 }.Images;

        Assert.Equal(1, limits.MaxFileBytes);
        Assert.Equal(2, limits.MaxPixels);
        Assert.Equal(3, limits.MaxDimensionPixels);
    }

    private static void Refused(ServiceOptions options, string reason) =>
        Assert.Contains(reason, Assert.ThrowsAny<UserErrorException>(() => DetectionService.Build(options)).Message);
}
