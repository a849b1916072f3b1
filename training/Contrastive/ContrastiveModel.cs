using Pipeline.Training.Backbones;
using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Contrastive;

/// <summary>An encoder and its heads, under PyContrast's names <c>encoder</c>, <c>head</c> and <c>head_jig</c>.</summary>
internal sealed class ContrastiveModel : NamedModule
{
    private readonly nn.Module encoder;
    private readonly Func<Tensor, Tensor> encode;
    private readonly ProjectionHead head;
    private readonly JigsawHead? jigsawHead;

    /// <param name="encoder">Owns the parameters.</param>
    /// <param name="encode">[N, 3, H, W] to pooled features [N, C].</param>
    /// <param name="features">C</param>
    /// <param name="dimension">Length of the unit vectors.</param>
    /// <param name="jigsaw">Whether there is a head for patches.</param>
    public ContrastiveModel(nn.Module encoder, Func<Tensor, Tensor> encode, int features, int dimension, bool jigsaw)
        : base(nameof(ContrastiveModel))
    {
        this.encoder = encoder;
        this.encode = encode;
        head = new ProjectionHead(features, dimension);
        register_module("encoder", encoder);
        register_module("head", head);
        if (jigsaw)
        {
            jigsawHead = new JigsawHead(features, dimension);
            register_module("head_jig", jigsawHead);
        }
    }

    /// <summary>
    /// The element type that a residual network's convolutions and the heads compute in; weights, statistics and results stay float32.
    /// </summary>
    public ScalarType ComputeType
    {
        get;
        set
        {
            field = value;
            if (encoder is ResNet network)
            {
                network.ComputeType = value;
            }
        }
    } = float32;

    /// <summary>A residual network, its last map averaged over the pixels.</summary>
    public static ContrastiveModel OfResNet(ResNet encoder, int dimension, bool jigsaw) =>
        new(encoder, images => Pooled(encoder, images), encoder.OutputChannels[^1], dimension, jigsaw);

    /// <param name="images">float32 [N, 3, H, W], normalised.</param>
    /// <returns>[N, D], unit length.</returns>
    public Tensor Project(Tensor images) => head.call(encode(images).to(ComputeType));

    /// <param name="patches">float32 [9N, 3, h, w], normalised, the patches of an image one after the other.</param>
    /// <param name="order">int64 [N, 9]</param>
    /// <returns>[N, D], unit length.</returns>
    public Tensor ProjectJigsaw(Tensor patches, Tensor order) =>
        (jigsawHead ?? throw new InvalidOperationException("The model was built without a jigsaw head."))
            .call(encode(patches).to(ComputeType), order);

    private static Tensor Pooled(ResNet encoder, Tensor images)
    {
        using var scope = NewDisposeScope();
        return encoder.call(images)[^1].mean([2, 3]).MoveToOuterDisposeScope();
    }
}
