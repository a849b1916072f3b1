using Pipeline.Serving.Configuration;
using Pipeline.Shared;

namespace Pipeline.Serving.Tests.Configuration;

public sealed class ServiceOptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => OptionValidation.Require(new ServiceOptions());

    [Fact]
    public void Every_option_out_of_range_is_refused_before_the_repository_is_read()
    {
        var options = new ServiceOptions
        {
            Repository = new RepositoryOptions { Models = "nowhere", Version = 0 },
            Limits = new LimitOptions { MaxBodyBytes = 0, MaxPixels = -1, MaxSidePixels = 65_536 },
        };

        var refused = Assert.Throws<UserErrorException>(() => DetectionService.Build(options));

        string[] names =
        [
            nameof(RepositoryOptions.Version),
            nameof(LimitOptions.MaxBodyBytes),
            nameof(LimitOptions.MaxPixels),
            nameof(LimitOptions.MaxSidePixels),
        ];
        Assert.All(names, name => Assert.Contains($"{name} must be between 1 and ", refused.Message));
    }

    [Fact]
    public void The_limits_of_images_are_those_of_the_options()
    {
        var limits = new LimitOptions { MaxBodyBytes = 1, MaxPixels = 2, MaxSidePixels = 3 }.Images;

        Assert.Equal(1, limits.MaxFileBytes);
        Assert.Equal(2, limits.MaxPixels);
        Assert.Equal(3, limits.MaxDimensionPixels);
    }
}
