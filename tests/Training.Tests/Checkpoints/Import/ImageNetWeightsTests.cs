using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Pipeline.Golden;
using Pipeline.Shared.Imaging;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Checkpoints.Import;
using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Proto;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Checkpoints.Import;

/// <summary>
/// ImageNet's weights, folded to the product's images, give the features that the original gives in ONNX Runtime. The original is given
/// the channels' means of its mean image.
/// </summary>
public sealed class ImageNetWeightsTests
{
    private const int Side = 224, Features = 512;

    /// <summary>Zeros that the original adds on each side; the one more that ours adds at the end no window looks at.</summary>
    private const int Before = 3, After = 2;

    private static readonly string[] Images =
    [
        "data/kitti-sample/training/image_2/000008.png",
        "data/kitti-sample/training/image_2/000061.png",
        "data/bccd-voc/JPEGImages/BloodImage_00012.jpg",
    ];

    [Fact]
    public void The_whole_network_is_kept()
    {
        var (backbone, shape) = BackboneCheckpoint.Load(ImageNetWeights.FilePath());
        using var owned = backbone;

        Assert.Equal(("resnet18", 1), (shape.Architecture, shape.WidthMultiplier));
        Assert.Equal([2, 2, 2, 3], shape.BlocksPerLayer);
    }

    [Fact]
    public void The_features_of_real_images_are_the_originals()
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using var backbone = Backbone();
        using var original = Session(WithoutBorder);
        foreach (var image in Images.Select(Crop))
        {
            // The grey that zero means to our network, around the image.
            var grey = tensor(InputConvention.Product.Mean.Select(value => (float)value).ToArray(), [1, 3, 1, 1]);
            var bordered = grey.expand(1, 3, Side + Before + After, Side + Before + After).contiguous();
            var inside = TensorIndex.Slice(Before, Before + Side);
            bordered.index_put_(image, TensorIndex.Colon, TensorIndex.Colon, inside, inside);

            var difference = (Original(original, bordered) - Ours(backbone, image)).abs().max().item<float>();

            Assert.True(difference <= 1e-4, $"{difference}");
        }
    }

    [Fact]
    public void The_unchanged_original_differs_by_what_it_sees_at_the_border()
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using var backbone = Backbone();
        using var original = Session(model => model);
        foreach (var image in Images.Select(Crop))
        {
            var expected = Original(original, image);

            var difference = (expected - Ours(backbone, image)).abs();

            RequireAtMost(0.01, difference.mean(), expected.abs().mean());
            RequireAtMost(0.05, difference.max(), expected.max());
        }
    }

    /// <returns>float32 [1, 3, 224, 224], RGB from 0 to 255: the middle of an image.</returns>
    private static Tensor Crop(string path)
    {
        using var image = ImageDecoder.DecodeFile(SharedData.Path(path));
        var pixels = tensor(image.Pixels.ToArray(), [image.HeightPixels, image.WidthPixels, 3], dtype: uint8);
        var top = (image.HeightPixels - Side) / 2;
        var left = (image.WidthPixels - Side) / 2;
        return pixels[TensorIndex.Slice(top, top + Side), TensorIndex.Slice(left, left + Side)].permute(2, 0, 1).unsqueeze(0).to(float32);
    }

    private static void RequireAtMost(double share, Tensor difference, Tensor whole)
    {
        var found = difference.item<float>() / whole.item<float>();
        Assert.True(found <= share, $"{found:G3} of {whole.item<float>():G3}");
    }

    private static ResNet Backbone()
    {
        var (backbone, _) = BackboneCheckpoint.Load(ImageNetWeights.FilePath());
        backbone.eval();
        return backbone;
    }

    private static Tensor Ours(ResNet backbone, Tensor image)
    {
        var normal = (image - Channels(InputConvention.Product.Mean)) / Channels(InputConvention.Product.Std);
        return backbone.call(normal)[^1].mean([2, 3]);
    }

    private static Tensor Original(InferenceSession session, Tensor image)
    {
        var input = (image - Channels(ImageNetWeights.Input.Mean)).flip(1).contiguous();
        using var value = OrtValue.CreateTensorValueFromMemory(input.data<float>().ToArray(), input.shape);
        using var options = new RunOptions();
        using var results = session.Run(options, session.InputNames, [value], session.OutputNames);
        return tensor(results[0].GetTensorDataAsSpan<float>().ToArray(), [1, Features]);
    }

    private static Tensor Channels(IReadOnlyList<double> values) => tensor(values.Select(value => (float)value).ToArray(), [1, 3, 1, 1]);

    private static InferenceSession Session(Func<ModelProto, ModelProto> change) =>
        new(change(OnnxFile.Read(ImageNetWeights.FilePath()).Model).ToByteArray());

    /// <summary>The original with a first convolution that adds no zeros: what is around the image is given with it.</summary>
    private static ModelProto WithoutBorder(ModelProto model)
    {
        var pads = model.Graph.Node.First(node => node.OpType == "Conv").Attribute.First(attribute => attribute.Name == "pads").Ints;
        Assert.Equal([Before, Before, After, After], pads);
        pads.Clear();
        pads.AddRange([0, 0, 0, 0]);
        foreach (var size in model.Graph.Input[0].Type.TensorType.Shape.Dim.Skip(2))
        {
            size.DimValue = Side + Before + After;
        }

        return model;
    }
}
