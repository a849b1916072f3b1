using Pipeline.Golden;

namespace Pipeline.Shared.Tests.Golden;

public sealed class UnclaimedGoldenTests
{
    [Theory]
    [UnclaimedGoldenData(evaluationTopic: true)]
    public void A_kind_that_no_test_knows_is_shown(string? golden) => Assert.Null(golden);
}
