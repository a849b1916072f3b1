using System.Runtime.InteropServices;
using Pipeline.Shared;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Backbones;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Export;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Native;
using Pipeline.Training.Publishing;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Training.Diagnosis;

/// <summary>One thing that was tried.</summary>
/// <param name="Name">What.</param>
/// <param name="Works">Whether it does.</param>
/// <param name="Detail">What was found, or what is wrong and what to do.</param>
public sealed record DoctorFinding(string Name, bool Works, string Detail);

/// <summary>
/// Tries on this machine what the other commands need: native libraries, device, memory, folders, a training step, an export, ONNX
/// Runtime.
/// </summary>
/// <param name="deviceName"><c>cpu</c> or <c>cuda</c>.</param>
/// <param name="data">A data set to open; null: none.</param>
/// <param name="models">The model repository.</param>
public sealed class Doctor(string deviceName, string? data, string models)
{
    private const long LeastMemoryBytes = 4L << 30, LeastDiskBytes = 2L << 30;
    private const int Side = 64;

    /// <summary>The findings, one after the other.</summary>
    public IEnumerable<DoctorFinding> Run(CancellationToken cancellation = default)
    {
        yield return Try(
            "runtime",
            () => $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription.Trim()}, "
                + $"{Environment.ProcessorCount} processors");
        yield return Try("memory", Memory);
        var torch = Try("libtorch", Torch);
        yield return torch;
        yield return Try("model repository", () => Writable(models));
        if (data is not null)
        {
            yield return Try("data", () => $"{Dataset.Open(data).ImageIds.Count} labelled images in {data}; data check looks through them");
        }

        if (!torch.Works)
        {
            yield break;
        }

        yield return Try($"device {deviceName}", Device);
        yield return Try("freed memory", FreedMemory);
        yield return Try("garbage collector", () => "pauses during a step, on every device: "
            + "what TorchSharp 0.107 hands to native code could else be freed under it");
        var folder = Directory.CreateTempSubdirectory("doctor").FullName;
        try
        {
            FasterRcnn? detector = null;
            yield return Try("training step", () => Step(detector = Detector(), folder));
            string? model = null;
            yield return Try(
                "export",
                () => model = DetectorExporter.Export(
                    detector!, new ExportOptions { RepositoryRoot = folder, Name = "doctor", Labels = ["Car"] }));
            yield return Try(
                "ONNX Runtime",
                () =>
                {
                    var detections = ServingProgram.Beside.Detect(model!, [Path.Combine(folder, "image.png")], ["Car"], 0, cancellation);
                    return $"{detections[0].Count} detections by pipeline-serve";
                });
            detector?.Dispose();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static DoctorFinding Try(string name, Func<string> attempt)
    {
        try
        {
            return new DoctorFinding(name, true, attempt());
        }
#pragma warning disable CA1031 // Whatever fails is a finding.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            var cause = exception.GetBaseException();
            return new DoctorFinding(
                name,
                false,
                exception is UserErrorException ? exception.Message : $"{cause.GetType().Name}: {cause.Message.Split('\n')[0]}");
        }
    }

    private static string Memory()
    {
        var bytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var text = FormattableString.Invariant($"{bytes / (double)(1L << 30):F1} GiB");
        return bytes >= LeastMemoryBytes
            ? text
            : throw new UserErrorException(
                $"{text}: the preset small needs about 2 GiB, torchvision and paper some 6 GiB a batch of 2; make the batch smaller.");
    }

    private static string Torch()
    {
        try
        {
            using var sum = ones(2) + 1;
            return $"{__version__}, {get_num_threads()} threads";
        }
        catch (Exception exception) when (exception is TypeInitializationException or DllNotFoundException or NotSupportedException)
        {
            throw new UserErrorException(
                $"the native library does not load: {exception.GetBaseException().Message.Split('\n')[0]} On Linux it needs glibc "
                + $"2.31 and libgomp1 (apt-get install libgomp1); build again, so that it is made loadable with this system's libstdc++.",
                exception);
        }
    }

    private static string Writable(string folder)
    {
        Directory.CreateDirectory(folder);
        var probe = Path.Combine(folder, $".doctor-{Environment.ProcessId}");
        File.WriteAllText(probe, "");
        File.Delete(probe);
        var free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        var text = FormattableString.Invariant($"{folder} can be written, {free / (double)(1L << 30):F1} GiB free");
        return free >= LeastDiskBytes
            ? text
            : throw new UserErrorException($"{text}: checkpoints of a ResNet-50 detector take 500 MB; free disk space.");
    }

    private string Device()
    {
        using var values = ones(2, device: ComputeDevice.Of(deviceName));
        return deviceName == ComputeDevice.Cuda ? $"{cuda.device_count()} devices" : "can be used";
    }

    private string FreedMemory() => NativeHeap.KeepFreedMemory(deviceName, NativeHeap.DetectorBlockBytes) switch
    {
        HeapChoice.Kept => "stays in the process: steps on the CPU were measured to be faster with it",
        HeapChoice.OtherDevice => "is left to the C library: keeping it was measured to help only on the CPU",
        HeapChoice.UserSettings => "is left to your settings MALLOC_…",
        _ => "is left to the C library, which is not glibc",
    };

    private static FasterRcnn Detector() => new(new DetectorOptions
    {
        NumClasses = 2,
        Backbone = new ResNetOptions { Architecture = "resnet18", WidthMultiplier = 0.125, BatchNorm = BatchNormMode.Train },
        FpnChannels = 8,
        BoxHeadChannels = 16,
        MinSizePixels = Side,
        MaxSizePixels = 3 * Side,
    });

    private string Step(FasterRcnn detector, string folder)
    {
        StreetSceneWriter.WriteKitti(folder, new StreetSceneOptions { WidthPixels = 3 * Side, HeightPixels = Side }, 0, 1);
        var dataset = Dataset.Open(folder);
        var survey = DatasetSurvey.Of(dataset, dataset.ImageIds, new ImageLimits());
        File.Copy(dataset.Images[0].Path, Path.Combine(folder, "image.png"));
        using var scope = NewDisposeScope();
        using var images = new DetectionData(survey.Images, new LabelMap(["Car"]), 0);
        var (image, target) = images.Load(dataset.ImageIds[0], flip: false);
        var device = ComputeDevice.Of(deviceName);
        detector.to(device);
        using var optimizer = optim.SGD(detector.parameters(), 0.001);
        var loss = detector.Losses([image.to(device)], [target.To(device)]).Sum();
        loss.backward();
        optimizer.step();
        var value = loss.item<float>();
        detector.to(CPU);
        return float.IsFinite(value)
            ? FormattableString.Invariant($"loss {value:F3}")
            : throw new UserErrorException($"the loss is {value}.");
    }
}
