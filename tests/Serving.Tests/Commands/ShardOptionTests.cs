using System.CommandLine;
using Pipeline.Serving.Commands;
using Pipeline.Serving.Evaluation;
using Pipeline.Shared;

namespace Pipeline.Serving.Tests.Commands;

public sealed class ShardOptionTests
{
    [Theory]
    [InlineData("0/4", 0, 4), InlineData("3/4", 3, 4), InlineData("0/1", 0, 1), InlineData("9999/10000", 9999, 10000)]
    public void A_part_is_a_number_from_0_and_how_many_there_are(string text, int index, int count) =>
        Assert.Equal(new EvaluationShard(index, count), Parse(text, out _)!.Resolve(_ => "1"));

    [Theory]
    [InlineData("4/4", "'4' is not a part from 0 to 3"), InlineData("-1/4", "'-1' is not a part"), InlineData("x/4", "nor job")]
    [InlineData("0/0", "'0' is not a number of parts from 1"), InlineData("0/-2", "'-2' is not a number of parts")]
    [InlineData("0/10001", "from 1 to 10000"), InlineData("0/99999999999", "not a number of parts"), InlineData("job/x", "'x' is not")]
    [InlineData("1", "such as 0/4"), InlineData("1/2/3", "such as 0/4"), InlineData("/4", "'' is not a part"), InlineData("0 /4", "'0 '")]
    public void Anything_else_is_refused(string text, string reason)
    {
        Parse(text, out var error);

        Assert.StartsWith("--shard: ", error);
        Assert.Contains(reason, error);
    }

    [Fact]
    public void The_number_of_a_pod_comes_from_its_job() => Assert.Equal(
        new EvaluationShard(2, 4), Parse("job/4", out _)!.Resolve(name => name == "JOB_COMPLETION_INDEX" ? "2" : null));

    [Theory]
    [InlineData(null, "JOB_COMPLETION_INDEX is not set; job/4 is for the pods of a Job with completionMode: Indexed")]
    [InlineData("", "JOB_COMPLETION_INDEX is not set")]
    [InlineData("4", "JOB_COMPLETION_INDEX is '4', which is not a part from 0 to 3"), InlineData("-1", "'-1'"), InlineData("1.0", "'1.0'")]
    public void A_pod_without_a_number_of_a_part_is_told_so(string? value, string reason) => Assert.Contains(
        reason, Assert.Throws<UserErrorException>(() => Parse("job/4", out _)!.Resolve(_ => value)).Message);

    private static ShardChoice? Parse(string text, out string error)
    {
        var option = ShardOption.Create();
        var parsed = new RootCommand { option }.Parse(["--shard", text]);
        error = string.Join("; ", parsed.Errors.Select(entry => entry.Message));
        return error.Length == 0 ? parsed.GetValue(option) : null;
    }
}
