using Pipeline.Golden;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Export;
using Pipeline.Training.Onnx.Passes;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Onnx;

/// <summary>The networks of <see cref="EdgeCaseNetworks"/> exported in every variant, each once and when it is first asked for.</summary>
[CollectionDefinition(Collection)]
public sealed class EdgeCaseModels : IDisposable, ICollectionFixture<EdgeCaseModels>
{
    /// <summary>Test classes that run the models.</summary>
    public const string Collection = "exported models";

    /// <summary>In float32, with Winograd's products in a narrow network too, where they are not worthwhile.</summary>
    public const string WithWinograd = "fp32 with Winograd";

    private readonly string folder = Directory.CreateTempSubdirectory("edges").FullName;
    private readonly Dictionary<string, FasterRcnn> detectors = [];
    private readonly Dictionary<(string Network, string Variant), string> exported = [];
    private readonly Dictionary<(string Network, string Variant), ModelSession> sessions = [];
    private readonly Dictionary<(string Name, int Height, int Width), byte[]> pictures = [];
    private readonly Dictionary<(string Network, string Picture, int Height, int Width), DetectionRows> found = [];

    /// <summary>What is exported.</summary>
    public static IReadOnlyList<string> Variants { get; } = ["fp32", WithWinograd, "fp16", "int8"];

    /// <summary>Networks that find something: one in every variant, and one of another recipe, which no precision changes.</summary>
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string> { { ModelPrecision.Fp32, EdgeCaseNetworks.Paper } };
            foreach (var variant in Variants)
            {
                cases.Add(variant, EdgeCaseNetworks.Usual);
            }

            return cases;
        }
    }

    /// <summary>The torch detector of a network.</summary>
    internal FasterRcnn Detector(string network)
    {
        if (!detectors.TryGetValue(network, out var detector))
        {
            detector = EdgeCaseNetworks.Create(network);
            detectors.Add(network, detector);
        }

        return detector;
    }

    /// <returns>Bytes of [height, width, 3].</returns>
    internal byte[] Picture(string name, int height, int width)
    {
        if (!pictures.TryGetValue((name, height, width), out var picture))
        {
            picture = EdgeCasePictures.Rgb(name, height, width);
            pictures.Add((name, height, width), picture);
        }

        return picture;
    }

    /// <summary>What a network's torch detector finds in a picture.</summary>
    internal DetectionRows Torch(string network, string picture, int height, int width)
    {
        if (!found.TryGetValue((network, picture, height, width), out var rows))
        {
            using var scope = NewDisposeScope();
            var pixels = tensor(Picture(picture, height, width), dtype: uint8).reshape(height, width, 3).permute(2, 0, 1);
            rows = Detector(network).Detect([pixels])[0].Rows();
            found.Add((network, picture, height, width), rows);
        }

        return rows;
    }

    /// <summary>The ONNX file of a network.</summary>
    internal string Model(string network, string variant)
    {
        if (!exported.TryGetValue((network, variant), out var file))
        {
            file = Export(Detector(network), network, variant);
            exported.Add((network, variant), file);
        }

        return file;
    }

    /// <summary>The exported model of a network.</summary>
    internal ModelSession Session(string network, string variant)
    {
        if (!sessions.TryGetValue((network, variant), out var session))
        {
            session = new ModelSession(Model(network, variant));
            sessions.Add((network, variant), session);
        }

        return session;
    }

    public void Dispose()
    {
        foreach (var session in sessions.Values)
        {
            session.Dispose();
        }

        foreach (var detector in detectors.Values)
        {
            detector.Dispose();
        }

        Directory.Delete(folder, recursive: true);
    }

    private string Export(FasterRcnn detector, string network, string variant)
    {
        if (variant == WithWinograd)
        {
            var products = new WinogradConvolution(DetectionTransform.SizeDivisiblePixels, EdgeCaseNetworks.FpnChannels);
            var file = Path.Combine(folder, $"{network}.onnx");
            var graph = DetectorExporter.Graph(detector, products);
            Assert.Contains(graph.Nodes, node => node.OpType == "DepthToSpace");
            graph.Save(file);
            return file;
        }

        var version = DetectorExporter.Export(detector, new ExportOptions
        {
            RepositoryRoot = Path.Combine(folder, variant),
            Name = network.Replace(' ', '-'),
            Labels = [.. Enumerable.Range(1, detector.NumClasses - 1).Select(index => $"class{index}")],
            Precision = variant,
            CalibrationImages = variant == ModelPrecision.Int8 ? [CalibrationImage()] : [],
        });
        return Path.Combine(version, ModelDirectory.ModelFileName);
    }

    private string CalibrationImage()
    {
        const int HeightPixels = 48, WidthPixels = 64;
        var file = Path.Combine(folder, "calibration.png");
        using var image = RgbImage.Allocate(WidthPixels, HeightPixels);
        FormulaPicture.Rgb("calibration", HeightPixels, WidthPixels).CopyTo(image.Pixels);
        File.WriteAllBytes(file, ImageEncoder.Png(image));
        return file;
    }
}
