using System.Globalization;
using CsCheck;
using Pipeline.Golden;
using Pipeline.Shared.Numbers;

namespace Pipeline.Shared.Tests.Numbers;

/// <summary>Every case runs under the invariant culture and under one with a decimal comma.</summary>
public sealed class NumberRangeTests
{
    private static readonly NumberRange<double> Share = new(0, 1);
    private static readonly NumberRange<int> Batch = new(1, 64);

    [Theory]
    [InlineData("0,5"), InlineData("NaN"), InlineData("1e999"), InlineData("Infinity")]
    [InlineData("-∞"), InlineData("2"), InlineData("-0.1")]
    [InlineData(""), InlineData(" "), InlineData("1,000"), InlineData("0.5 "), InlineData("0x1"), InlineData("٠.٥"), InlineData("1_0")]
    [InlineData("0.5\0"), InlineData("0.5\0\0"), InlineData("\00.5"), InlineData("0\0.5"), InlineData("\0")]
    [InlineData("0.5\t"), InlineData("\n0.5"), InlineData("0.5\u00a0"), InlineData("０.５"), InlineData("−0"), InlineData("0.5\u200b")]
    public void N1_N3_what_is_no_finite_number_in_the_range_is_refused_with_place_value_and_range(string text) => EachCulture.Run(() =>
    {
        Assert.False(Share.TryParse(text, out var value));
        Assert.Equal(0, value);
        Assert.Equal($"--threshold: '{text}' is not a number from 0 to 1.", Share.Refusal("--threshold", text));
    });

    [Theory]
    [InlineData("0.3", 0.3), InlineData("1", 1), InlineData("0", 0), InlineData("+.5", 0.5), InlineData("5e-1", 0.5)]
    public void N5_a_point_is_the_decimal_sign_in_every_culture(string text, double expected) => EachCulture.Run(() =>
    {
        Assert.True(Share.TryParse(text, out var value));
        Assert.Equal(expected, value);
    });

    [Theory]
    [InlineData("0"), InlineData("65"), InlineData("4.0"), InlineData("4,0"), InlineData("1e1"), InlineData("99999999999999999999")]
    [InlineData("4\0"), InlineData("4\n"), InlineData("(4)"), InlineData("$4")]
    public void Whole_numbers_take_no_fraction_and_stay_in_their_range(string text) => EachCulture.Run(() =>
    {
        Assert.False(Batch.TryParse(text, out _));
        Assert.Equal($"--batch: '{text}' is not a whole number from 1 to 64.", Batch.Refusal("--batch", text));
    });

    [Fact]
    public void Ends_can_be_excluded()
    {
        var range = new NumberRange<double>(0, 1) { ExcludesEnds = true };

        Assert.False(range.TryParse("0", out _));
        Assert.False(range.TryParse("1", out _));
        Assert.True(range.TryParse("0.999", out _));
        Assert.Equal("a number from 0 to 1, both ends excluded", range.ToString());
    }

    [Fact]
    public void A_long_text_is_cut_in_the_message() => Assert.True(Share.Refusal("--threshold", new string('9', 10_000)).Length < 100);

    [Fact]
    public void What_is_written_invariantly_reads_back_in_every_culture() =>
        Gen.Double[0, 1].Sample(number => EachCulture.Run(() => Assert.True(
            Share.TryParse(number.ToString("R", CultureInfo.InvariantCulture), out var read) && read == number)));
}
