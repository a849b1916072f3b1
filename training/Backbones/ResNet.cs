using Pipeline.Training.Modules;
using Pipeline.Training.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Backbones;

/// <summary>
/// Residual network without its classifier (He et al. 2016; stride in the 3×3 convolution, as torchvision's), with torchvision's
/// parameter names.
/// </summary>
public sealed class ResNet : NamedModule<Tensor, IReadOnlyList<Tensor>>, IOnnxEmitter<OnnxValue, IReadOnlyList<OnnxValue>>
{
    private const int ChannelsLastMultiple = 16;
    private static readonly string[] StagesFromOutput = ["layer4", "layer3", "layer2", "layer1", "conv1"];
    private static readonly int[] LayerWidths = [64, 128, 256, 512];
    private readonly ConvNorm stem;
    private readonly MaxPool2d pool = nn.MaxPool2d(3, 2, 1);
    private readonly Sequential[] layers;

    /// <exception cref="Pipeline.Shared.UserErrorException">The architecture is not known.</exception>
    public ResNet(ResNetOptions options)
        : base(nameof(ResNet))
    {
        Options = options;
        var channels = options.Width(64);
        stem = new ConvNorm(nn.Conv2d(3, channels, 7, 2, 3, bias: false), Norm(options, channels));
        register_module("conv1", stem.Convolution);
        register_module("bn1", stem.Norm);
        layers = new Sequential[4];
        for (var i = 0; i < layers.Length; i++)
        {
            var width = options.Width(LayerWidths[i]);
            var blocks = new List<(string, nn.Module<Tensor, Tensor>)>();
            for (var block = 0; block < options.BlocksPerLayer[i]; block++)
            {
                var stride = block == 0 && i > 0 ? 2 : 1;
                blocks.Add((block.ToString(), Block(options, channels, width, stride)));
                channels = width * options.Expansion;
            }

            layers[i] = nn.Sequential(blocks);
            register_module($"layer{i + 1}", layers[i]);
        }

        OutputChannels = [.. LayerWidths.Select(width => options.Width(width) * options.Expansion)];
        Initialize();
        Freeze();
    }

    /// <summary>Its shape, and what of it trains.</summary>
    public ResNetOptions Options { get; }

    /// <summary>Channels of the four feature maps (strides 4, 8, 16, 32).</summary>
    public IReadOnlyList<int> OutputChannels { get; }

    /// <summary>
    /// The element type that convolutions compute in; weights, statistics and the results of <see cref="forward"/> stay float32.
    /// </summary>
    public ScalarType ComputeType { get; set; } = float32;

    /// <param name="input">float32 [N, 3, H, W], normalised.</param>
    /// <returns>float32; four feature maps of strides 4, 8, 16 and 32.</returns>
    public override IReadOnlyList<Tensor> forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return [.. Maps(input).Select(map => map.to(float32).MoveToOuterDisposeScope())];
    }

    /// <summary>The four feature maps in the type that convolutions compute in, for layers that continue in it.</summary>
    internal Tensor[] Maps(Tensor input)
    {
        using var scope = NewDisposeScope();
        var hidden = pool.call(stem.Apply(ToChannelsLast(input.to(ComputeType))).relu_());
        var features = new Tensor[layers.Length];
        for (var i = 0; i < layers.Length; i++)
        {
            hidden = layers[i].call(hidden);
            features[i] = hidden;
        }

        foreach (var feature in features)
        {
            feature.MoveToOuterDisposeScope();
        }

        return features;
    }

    /// <inheritdoc />
    public IReadOnlyList<OnnxValue> Emit(OnnxGraph graph, OnnxValue input)
    {
        var hidden = graph.Relu(stem.Emit(graph, input));
        hidden = graph.MaxPool(hidden, pool);
        var features = new OnnxValue[layers.Length];
        for (var i = 0; i < layers.Length; i++)
        {
            foreach (var block in layers[i].children())
            {
                hidden = ((IOnnxEmitter<OnnxValue, OnnxValue>)block).Emit(graph, hidden);
            }

            features[i] = hidden;
        }

        return features;
    }

    /// <summary>
    /// In training the norms of frozen stages use their running statistics and leave them as they are, as detectron2's freezing does.
    /// </summary>
    /// <param name="train">Whether to train.</param>
    public override void train(bool train = true)
    {
        base.train(train);
        if (!train)
        {
            return;
        }

        foreach (var (name, module) in named_modules())
        {
            if (module is BatchNorm2d norm && (Options.BatchNorm == BatchNormMode.Eval || !Trains(name)))
            {
                norm.eval();
            }
        }
    }

    internal static nn.Module<Tensor, Tensor> Norm(ResNetOptions options, long channels) => options.BatchNorm == BatchNormMode.Frozen
        ? new FrozenBatchNorm2d(channels, options.NormEpsilon)
        : nn.BatchNorm2d(channels, options.NormEpsilon, options.NormMomentum);

    private static nn.Module<Tensor, Tensor> Block(ResNetOptions options, int inChannels, int width, int stride) => options.IsBottleneck
        ? new Bottleneck(options, inChannels, width, stride)
        : new BasicBlock(options, inChannels, width, stride);

    /// <summary>
    /// The same values with the channels of a place side by side, as oneDNN and cuDNN compute; every later map keeps that order.
    /// </summary>
    /// <remarks>
    /// Not for narrow networks: with fewer than 16 channels oneDNN's gradient of a 1×1 convolution of stride 2 writes beyond its buffer
    /// in this order (seen with libtorch 2.10 on AVX-512, by glibc's malloc checks).
    /// </remarks>
    private Tensor ToChannelsLast(Tensor input) => LayerWidths.All(width => Options.Width(width) % ChannelsLastMultiple == 0)
        ? input.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)
        : input;

    private void Initialize()
    {
        foreach (var (name, parameter) in named_parameters())
        {
            if (parameter.dim() == 4)
            {
                nn.init.kaiming_normal_(parameter, mode: nn.init.FanInOut.FanOut, nonlinearity: nn.init.NonlinearityType.ReLU);
            }
        }
    }

    private void Freeze()
    {
        foreach (var (name, parameter) in named_parameters())
        {
            parameter.requires_grad = Trains(name);
        }
    }

    /// <summary>Whether a parameter or module belongs to a stage that trains; conv1 and bn1 are one stage.</summary>
    private bool Trains(string name)
    {
        var stage = name.Split('.')[0];
        var fromOutput = Array.IndexOf(StagesFromOutput, stage == "bn1" ? "conv1" : stage);
        return fromOutput >= 0 && fromOutput < (Options.TrainableStages ?? StagesFromOutput.Length);
    }
}
