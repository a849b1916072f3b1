using System.Reflection;
using Microsoft.AspNetCore.Http;
using Pipeline.Serving.Faults;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Tests.Faults;

public sealed class FaultKindTests
{
    [Fact]
    public void The_table_gives_every_kind_its_status()
    {
        var table = typeof(FaultKind)
            .GetProperties(BindingFlags.Public | BindingFlags.Static)
            .ToDictionary(property => property.Name, property => ((FaultKind)property.GetValue(null)!).HttpStatus);

        Assert.Equal(
            new Dictionary<string, int>
            {
                ["Malformed"] = 400,
                ["Unauthorized"] = 401,
                ["UnknownModel"] = 404,
                ["UnknownPath"] = 404,
                ["UnsupportedMethod"] = 405,
                ["NotAcceptable"] = 406,
                ["SlowBody"] = 408,
                ["TooLarge"] = 413,
                ["UnsupportedContent"] = 415,
                ["DamagedImage"] = 422,
                ["QueueFull"] = 429,
                ["ConnectionClosed"] = 499,
                ["Unsupported"] = 501,
                ["ModelUnavailable"] = 503,
                ["Draining"] = 503,
                ["DeadlineExceeded"] = 504,
                ["ModelFailed"] = 500,
                ["ServiceFailed"] = 500,
            },
            table);
    }

    [Fact]
    public void Only_a_status_of_500_is_not_the_clients_to_remedy()
    {
        var kinds = typeof(FaultKind)
            .GetProperties(BindingFlags.Public | BindingFlags.Static)
            .Select(property => (FaultKind)property.GetValue(null)!);

        Assert.All(kinds, kind => Assert.Equal(kind.HttpStatus != 500, kind.Origin == FaultOrigin.Client));
    }

    [Theory]
    [InlineData(ImageProblem.NotAnImage, 415), InlineData(ImageProblem.TooLarge, 413), InlineData(ImageProblem.Truncated, 422)]
    public void A_problem_of_an_image_has_a_kind_of_its_own(ImageProblem problem, int status) =>
        Assert.Equal(status, FaultMapping.OfImage(problem).HttpStatus);

    [Theory]
    [InlineData(400, "Bad chunk. Send the complete request again.")]
    [InlineData(408, "The body arrived too slowly; send it again over a faster connection.")]
    [InlineData(411, "Bad chunk. Send the complete request again.")]
    public void A_request_that_the_server_rejects_keeps_the_servers_status(int status, string answer)
    {
        var rejected = new BadHttpRequestException("Bad chunk.", status);

        var fault = FaultMapping.OfException(rejected, new DefaultHttpContext(), new ImageLimits());

        Assert.Equal(status, fault.Kind.HttpStatus);
        Assert.Equal(FaultOrigin.Client, fault.Kind.Origin);
        Assert.Equal(answer, fault.Answer);
    }
}
