using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Evaluation;

public sealed class DetectionEvaluationTests
{
    [Fact]
    public void E3_frames_without_objects_have_no_average_precision()
    {
        var result = DetectionEvaluation.Evaluate(
            ["Car"],
            [new("a", [], [new Detection(0, 0.9f, new Box(0, 0, 9, 9))])]);

        Assert.Null(result.Map);
        Assert.Null(result.Map50);
        Assert.Null(result.Map75);
        Assert.Null(result.PerClass["Car"]);
    }
}
