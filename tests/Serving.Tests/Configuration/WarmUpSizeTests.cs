using Pipeline.Serving.Configuration;
using Pipeline.Shared;
using Pipeline.Shared.Configuration;

namespace Pipeline.Serving.Tests.Configuration;

public sealed class WarmUpSizeTests
{
    [Theory]
    [InlineData("1242x375", 1242, 375)]
    [InlineData("1X1", 1, 1)]
    [InlineData("5000x4000", 5_000, 4_000)]
    public void A_size_is_width_times_height(string text, int width, int height) =>
        Assert.Equal(new WarmUpSize(width, height), WarmUpSize.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("1242")]
    [InlineData("1242x")]
    [InlineData("x375")]
    [InlineData("1242x375x3")]
    [InlineData("1242 x 375")]
    [InlineData("1242x375\n")]
    [InlineData("-1x5")]
    [InlineData("0x5")]
    [InlineData("65536x5")]
    [InlineData("99999999999x5")]
    [InlineData("٣x٣")]
    [InlineData("65535x65535")]
    public void What_is_not_a_size_is_refused_with_what_to_write(string text)
    {
        var refused = Assert.Throws<UserErrorException>(() => WarmUpSize.Parse(text));

        Assert.StartsWith($"'{text}' is not a size to warm up for; ", refused.Message);
        Assert.EndsWith("as 1242x375.", refused.Message);
        var options = new ServiceOptions { Repository = new RepositoryOptions { WarmUpSizes = ["8x8", text] } };
        Assert.Contains(refused.Message, Assert.ThrowsAny<UserErrorException>(() => OptionRules.Check(options)).Message);
    }

    [Fact]
    public void The_default_sizes_can_be_read() => Assert.All(new RepositoryOptions().WarmUpSizes, text => WarmUpSize.Parse(text));
}
