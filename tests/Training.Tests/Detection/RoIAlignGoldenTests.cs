using Pipeline.Golden;
using Pipeline.Training.Detection;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Detection;

public sealed class RoIAlignGoldenTests
{
    [Theory(SkipTestWithoutData = true), GoldenData("roialign", "roialign_single")]
    public void Pooled_features_and_gradients_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        var seed = golden.Params.GetProperty("seed").GetString();
        var scale = golden.Params.GetProperty("spatial_scale").GetDouble();
        var features = golden.InputTensor(seed + "feat").requires_grad_();
        var rois = golden.InputTensor("rois_batch_x1y1x2y2");
        Tensor Pool(RoIAlign align, double atScale) =>
            align.Pool([features], [atScale], rois[.., 1..], rois[.., 0].to(int64), zeros(rois.shape[0], dtype: int64));

        var pooled = Pool(new RoIAlign(7, 7, 2), scale);
        golden.Equal(pooled, "out");
        golden.Equal(Pool(new RoIAlign(7, 7, 2, aligned: true), scale), "out_aligned");
        golden.Equal(Pool(new RoIAlign(7, 7, 0), scale), "out_sampling_auto");
        golden.Equal(Pool(new RoIAlign(3, 5, 1), 0.5), "out_out_3x5_s1");

        (pooled * golden.InputTensor(seed + "upstream")).sum().backward();
        golden.Equal(features.grad!, "grad_features");
    }

    [Theory(SkipTestWithoutData = true), GoldenData("roialign", "roialign_multiscale")]
    public void Level_choice_values_and_gradients_over_a_pyramid_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        var seed = golden.Params.GetProperty("seed").GetString();
        Tensor[] features = [
            .. golden.Inputs.EnumerateObject()
                .Where(entry => entry.Name.StartsWith(seed + "f", StringComparison.Ordinal))
                .Select(entry => golden.Tensor(entry.Value).requires_grad_())];
        Tensor[] boxes = [
            .. golden.Inputs.EnumerateObject()
                .Where(entry => entry.Name.StartsWith("boxes_", StringComparison.Ordinal))
                .Select(entry => golden.Tensor(entry.Value))];
        var image = GoldenTensors.Size(golden.Params.GetProperty("image_h_w"));
        var sizes = boxes.Select(_ => image).ToArray();

        var scales = MultiScaleRoIAlign.Scales(features, sizes);
        var pooled = new MultiScaleRoIAlign(
            golden.Params.GetProperty("output").GetInt32(), golden.Params.GetProperty("sampling").GetInt32()).Pool(features, boxes, sizes);

        Assert.Equal(golden.Expected.GetProperty("scales").Doubles(), scales);
        golden.Equal(MultiScaleRoIAlign.Levels(cat(boxes), scales), "levels");
        golden.Equal(pooled, "out");
        (pooled * golden.InputTensor(seed + "mup")).sum().backward();
        for (var level = 0; level < features.Length; level++)
        {
            golden.Equal(features[level].grad!, $"grad_f{level}");
        }
    }
}
