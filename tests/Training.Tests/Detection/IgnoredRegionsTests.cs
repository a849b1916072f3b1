using Pipeline.Training.Detection;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Detection;

public sealed class IgnoredRegionsTests
{
    [Fact]
    public void Ignored_regions_are_no_background()
    {
        using var scope = NewDisposeScope();
        using var rpn = new RegionProposalNetwork(new DetectorOptions { FpnChannels = 8 }, GoldenTensors.FirstByIndex);
        var anchors = tensor(new float[] { 0, 0, 10, 10, 100, 100, 120, 120, 5, 0, 25, 10, 100, 100, 121, 121 }, [4, 4]);
        var region = tensor(new float[] { 0, 0, 12, 12 }, [1, 4]);
        Assert.Equal([-1f, 0f, 0f, 0f], rpn.Assign(anchors, zeros(0, 4), region).Labels.data<float>().ToArray());
        Assert.Equal([-1f, 1f, 0f, 1f], rpn.Assign(anchors, anchors[1..2], region).Labels.data<float>().ToArray());

        using var heads = new RoIHeads(new DetectorOptions { FpnChannels = 8, BoxHeadChannels = 8 }, GoldenTensors.FirstByIndex);
        var sampled = heads.Sample([anchors[..3]], [new DetectionTarget(anchors[1..2], ones(1, dtype: int64)) { Ignore = region }]);
        Assert.Equal([1L, 0L, 1L], sampled.Labels.data<long>().ToArray());
    }
}
