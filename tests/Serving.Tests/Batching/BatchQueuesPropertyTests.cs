using CsCheck;

namespace Pipeline.Serving.Tests.Batching;

/// <summary>Whatever comes, in whatever order: nothing is lost, doubled, mixed or starved.</summary>
public sealed class BatchQueuesPropertyTests
{
    private static readonly QueueAction[] Actions =
    [
        QueueAction.Add,
        QueueAction.Add,
        QueueAction.Add,
        QueueAction.Add,
        QueueAction.Take,
        QueueAction.Take,
        QueueAction.End,
        QueueAction.Remove,
        QueueAction.Advance,
    ];

    private static readonly Gen<QueueStep> Steps = Gen.Select(
        Gen.Int[0, Actions.Length - 1],
        Gen.Int[0, 999],
        Gen.Int[0, 60],
        (action, choice, milliseconds) => new QueueStep(Actions[action], choice, milliseconds));

    [Fact]
    public void Every_image_is_executed_or_told_why_not_exactly_once_and_none_is_starved() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 4], Steps.Array[1, 150]).Sample(
            (instances, maxBatchSize, steps) =>
            {
                using var checkedQueues = new CheckedQueues(instances, maxBatchSize);
                foreach (var step in steps)
                {
                    checkedQueues.Do(step);
                }

                checkedQueues.CloseAndCheck();
            },
            iter: 1_500);
}
