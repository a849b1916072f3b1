using Pipeline.Training.Detection.Export;
using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Passes;
using Pipeline.Training.Onnx.Quantization;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Onnx.Quantization;

/// <summary>A small detector's graph in float32 and in int8, calibrated with two pictures.</summary>
internal sealed class QuantizedDetector
{
    public const int Height = 75;
    public const int Width = 110;

    public QuantizedDetector(string architecture, bool paper, bool classAgnostic)
    {
        using var scope = NewDisposeScope();
        using var detector = FormulaDetector.Create(architecture, 0.25, 96, 200, 0.05, sizes =>
        {
            var small = sizes with { FpnChannels = 32, BoxHeadChannels = 64 };
            return (paper ? FormulaDetector.Paper(small) : small) with { ClassAgnosticBoxes = classAgnostic };
        });
        Float = DetectorExporter.Graph(detector);
        Int8 = DetectorExporter.Graph(detector);
        Plan = new Int8Calibration(Int8, DetectorOperators.All, new Int8Settings()).Run(Samples, null, CancellationToken.None);
        IOnnxPass[] passes = [new QuantizeToInt8(Plan), new ShareInitializers(), new RemoveDeadNodes()];
        foreach (var pass in passes)
        {
            pass.Apply(Int8);
        }
    }

    public static IReadOnlyList<CalibrationSample> Samples { get; } = [Sample("a"), Sample("c")];

    public OnnxGraph Float { get; }

    public OnnxGraph Int8 { get; }

    public Int8Plan Plan { get; }

    public static byte[] Picture(string name) => FormulaPicture.Rgb(name, Height, Width);

    public static CalibrationSample Sample(string name) => new(name, () => new Dictionary<string, Tensor>
    {
        ["images"] = tensor(Picture(name), dtype: uint8).reshape(1, Height, Width, 3),
    });
}

/// <summary>Each made once for all tests of a class.</summary>
public sealed class QuantizedDetectors
{
    private readonly Dictionary<(string Architecture, bool Paper, bool ClassAgnostic), QuantizedDetector> detectors = [];

    internal QuantizedDetector Of(string architecture, bool paper, bool classAgnostic)
    {
        var key = (architecture, paper, classAgnostic);
        if (!detectors.TryGetValue(key, out var detector))
        {
            detector = new QuantizedDetector(architecture, paper, classAgnostic);
            detectors.Add(key, detector);
        }

        return detector;
    }
}
