using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Tests.Datasets;

public sealed class KittiResultFileTests
{
    [Theory]
    [InlineData("traffic light"), InlineData("stop\tsign"), InlineData("")]
    public void X1_a_class_that_would_break_the_result_line_is_refused_with_a_hint(string label)
    {
        Detection[] detections = [new Detection(0, 0.5f, new Box(0, 0, 1, 1))];
        var refusal = Assert.Throws<UserErrorException>(() => KittiResultFile.Format(detections, [label]));
        Assert.Contains("use JSON", refusal.Message);
    }
}
