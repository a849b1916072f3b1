using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Pipeline.Golden;
using Pipeline.Serving.Batching;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Protocols.Detect;

namespace Pipeline.Serving.Tests.Protocols.Detect;

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
        EachCulture.Run(() => Assert.Equal(expected, Read(query).Threshold));

    [Theory]
    [InlineData("?treshold=0.5", "'treshold' (did you mean threshold?)"), InlineData("?threshold=0.5&colour=3", "'colour'")]
    [InlineData("?=1", "''"), InlineData("?threshold%20=1", "'threshold ' (did you mean threshold?)")]
    public void N3_an_unknown_parameter_is_refused_and_the_known_ones_named(string query, string name) => Assert.Equal(
        $"Query: unknown parameter {name}; the parameters are model, version, threshold, top, classes, timeout, priority.",
        Refusal(query).Message);

    [Theory]
    [InlineData("?top=0", "Query: top: '0' is not a whole number from 1 to 10000.")]
    [InlineData("?top=1.5", "Query: top: '1.5' is not a whole number from 1 to 10000.")]
    [InlineData("?version=latest", "Query: version: 'latest' is not a whole number from 1 to 2147483647.")]
    [InlineData("?version=-1", "Query: version: '-1' is not a whole number from 1 to 2147483647.")]
    [InlineData("?timeout=0", "Query: timeout: '0' is not a number from 1 to 3600000.")]
    [InlineData("?priority=high", "Query: priority: 'high' is not live or background.")]
    [InlineData("?model=", "Query: model: '' is not the name of a model.")]
    [InlineData("?classes=", "Query: classes: '' is not names of classes, separated by commas.")]
    [InlineData("?model=a&model=b", "Query: model is given 2 times ('a', 'b'); give it once, as the name of a model.")]
    public void Every_parameter_is_refused_with_its_value_and_what_it_takes(string query, string message) =>
        Assert.Equal(message, Refusal(query).Message);

    [Fact]
    public void Every_parameter_is_read()
    {
        var read = Read("?model=street&version=3&Threshold=0.5&top=7&classes=a,b&classes=c&timeout=250&priority=background");

        Assert.Equal(("street", "3", 0.5, 7), (read.Model, read.Version, read.Threshold, read.Top));
        Assert.Equal(["a,b", "c"], read.Classes);
        Assert.Equal((TimeSpan.FromMilliseconds(250), RequestClass.Background), (read.Timeout, read.Priority));
    }

    [Theory]
    [InlineData("?threshold=0.1&threshold=0.2"), InlineData("?threshold=0.1&THRESHOLD=0.1")]
    public void N3_a_threshold_given_twice_is_refused(string query) =>
        Assert.Contains("threshold is given 2 times ('0.1', '0.", Refusal(query).Message);

    [Fact]
    public void N3_a_long_value_is_truncated_in_the_message() =>
        Assert.True(Refusal($"?threshold={new string('9', 5000)}").Message.Length < 200);

    private static RefusedRequestException Refusal(string query) => Assert.Throws<RefusedRequestException>(() => Read(query));

    private static DetectParameters Read(string query)
    {
        var reader = new DetectParameterReader();
        DetectQuery.Read(new QueryCollection(QueryHelpers.ParseQuery(query)), reader);
        return reader.Parameters;
    }
}
