using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Pipeline.Golden;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Protocols;

namespace Pipeline.Serving.Tests.Protocols;

public sealed class DetectQueryTests
{
    [Theory]
    [InlineData("NaN"), InlineData("2"), InlineData("1e999"), InlineData("Infinity"), InlineData("-1")]
    [InlineData("0,5"), InlineData(""), InlineData("0.5 ")]
    [InlineData("-∞"), InlineData("1,000"), InlineData("0x1"), InlineData("nan"), InlineData("true"), InlineData("٠.٥")]
    public void N3_a_threshold_that_is_not_a_number_from_0_to_1_is_refused_with_name_range_and_value(string value) => EachCulture.Run(() =>
    {
        var refused = Refusal($"?threshold={Uri.EscapeDataString(value)}");

        Assert.Equal(StatusCodes.Status400BadRequest, refused.Fault.Kind.HttpStatus);
        Assert.Equal($"Query: threshold: '{value}' is not a number from 0 to 1.", refused.Message);
    });

    [Theory]
    [InlineData("", 0), InlineData("?", 0), InlineData("?threshold=0.5", 0.5), InlineData("?threshold=5e-1", 0.5)]
    [InlineData("?threshold=1", 1), InlineData("?Threshold=0%2E25", 0.25)]
    public void N3_the_decimal_separator_is_a_point_in_every_culture(string query, double expected) =>
        EachCulture.Run(() => Assert.Equal(expected, DetectQuery.ReadThreshold(Parse(query))));

    [Theory]
    [InlineData("?treshold=0.5", "'treshold'"), InlineData("?threshold=0.5&top=3", "'top'"), InlineData("?=1", "''")]
    [InlineData("?threshold%20=1", "'threshold '")]
    public void N3_an_unknown_parameter_is_refused_and_the_known_one_named(string query, string name)
    {
        var refused = Refusal(query);

        Assert.Equal($"Query: unknown parameter {name}; the only one is threshold, a number from 0 to 1.", refused.Message);
    }

    [Theory]
    [InlineData("?threshold=0.1&threshold=0.2"), InlineData("?threshold=0.1&THRESHOLD=0.1")]
    public void N3_a_threshold_given_twice_is_refused(string query) =>
        Assert.Contains("threshold is given 2 times ('0.1', '0.", Refusal(query).Message);

    [Fact]
    public void N3_a_long_value_is_truncated_in_the_message() =>
        Assert.True(Refusal($"?threshold={new string('9', 5000)}").Message.Length < 120);

    private static RefusedRequestException Refusal(string query) =>
        Assert.Throws<RefusedRequestException>(() => DetectQuery.ReadThreshold(Parse(query)));

    private static QueryCollection Parse(string query) => new(QueryHelpers.ParseQuery(query));
}
