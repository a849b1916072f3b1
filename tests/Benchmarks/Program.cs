using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Pipeline.Benchmarks;
using Pipeline.Benchmarks.Load;
using Pipeline.Benchmarks.Models;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Evaluation;
using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Detection.Export;
using Pipeline.Training.Native;

NativeHeap.KeepFreedMemory("cpu");
string Argument(string name, string otherwise) =>
    Array.IndexOf(args, name) is var at && at >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
if (args is ["--filter", ..])
{
    // In this process: the native libraries lie in this program's folder.
    BenchmarkSwitcher.FromAssembly(typeof(DetectorPeer).Assembly)
        .Run(args, DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)));
    return 0;
}

if (args is ["load", ..])
{
    var run = new LoadRun(
        models: Argument("--models", "models"),
        model: Argument("--model", "street"),
        threads: int.Parse(Argument("--threads", "2")),
        images: LoadImage.OfSizes(Argument("--sizes", "1242x375,640x480,480x640,800x450"), seed: 1));
    if (Argument("--mode", "closed") == "closed")
    {
        int[] clients = [.. Argument("--clients", "1,4,16,64").Split(',').Select(int.Parse)];
        run.Closed(clients, requests: int.Parse(Argument("--requests", "200")), rounds: int.Parse(Argument("--runs", "3")));
        return 0;
    }

    await run.OverloadAsync(
        seconds: double.Parse(Argument("--seconds", "60")),
        timeoutMs: int.Parse(Argument("--timeout-ms", "2000")),
        times: double.Parse(Argument("--times", "10")));
    return 0;
}

if (args is ["model-write", ..])
{
    PeerModels.Write(repository: Argument("--output", "models"), calibration: Argument("--calibration", ""));
    return 0;
}

if (args is ["model-profile", ..])
{
    var profile = new ModelProfile(
        folders: [.. args.Skip(1).TakeWhile(argument => !argument.StartsWith("--", StringComparison.Ordinal))],
        image: LoadImage.OfSizes(Argument("--size", "1242x375"), seed: 1)[0],
        threads: int.Parse(Argument("--threads", "2")));
    profile.PrintStructure();
    if (args.Contains("--profile"))
    {
        profile.PrintTimes(runs: int.Parse(Argument("--runs", "5")));
    }

    return 0;
}

if (args is not ["peer", ..])
{
    Console.Error.WriteLine("usage: --filter '*'   (BenchmarkDotNet)\n"
        + "       load --mode closed|overload --models DIR --model NAME [--sizes WxH,…] [--clients N,…] [--requests N] [--runs N]\n"
        + "            [--seconds N] [--timeout-ms N] [--times N]\n"
        + "       model-write --output DIR --calibration DIR   (ResNet-50-FPN in every precision)\n"
        + "       model-profile MODEL_DIR… [--size WxH] [--threads N] [--profile [--runs N]]\n"
        + "       peer --mode train|train-parts|detect|inference|infomin|infomin-parts|view|views|loader|measure|suppression|pause\n"
        + "              |coco|coco-write|coco-score|coco-score-write|evaluate|evaluate-write\n"
        + "       [--batch N] [--runs N] [--threads N] [--image FILE] [--data DIR] [--preset NAME] [--cache-bytes N]\n"
        + "       [--size A|B] [--images N] [--annotations N] [--points N] [--sizes N]\n"
        + "       [--model DIR] [--split LIST]   (of --mode evaluate: an exported model, on --data)\n"
        + "       [--precision fp32|fp16|int8] [--winograd on|off] [--calibration DIR]   (of the model of --mode inference)");
    return 2;
}

var mode = Argument("--mode", "inference");
var batch = int.Parse(Argument("--batch", "1"));
var runs = int.Parse(Argument("--runs", "3"));
var threads = int.Parse(Argument("--threads", "2"));
if (mode is "train" or "train-parts" or "detect" or "pause")
{
    NativeHeap.KeepFreedMemory("cpu", NativeHeap.DetectorBlockBytes);
}

switch (mode)
{
    case "infomin":
        ContrastivePeer.Step(batch, runs, threads);
        break;
    case "infomin-parts":
        ContrastivePeer.Parts(batch, runs, threads);
        break;
    case "train-parts":
        DetectorParts.Run(batch, runs, threads);
        break;
    case "suppression":
        SuppressionPeer.Run(batch, runs, threads);
        break;
    case "pause":
        PausePeer.Run(batch, runs, threads);
        break;
    case "loader":
        DetectorPeer.Load(Argument("--data", ""), threads);
        break;
    case "measure":
        var cacheBytes = long.Parse(Argument("--cache-bytes", "0"));
        MeasurementPeer.Run(Argument("--data", ""), Argument("--preset", "small"), runs, threads, cacheBytes);
        break;
    case "evaluate":
        var evaluated = new EvaluationOptions
        {
            ModelDirectory = Argument("--model", ""),
            Data = Argument("--data", ""),
            Split = Argument("--split", "") is { Length: > 0 } split ? split : null,
            BatchSize = int.Parse(Argument("--batch", "4")),
            Execution = new ExecutionOptions { Threads = threads },
        };
        EvaluationPeer.Run(evaluated, runs);
        break;
    case "evaluate-write":
        EvaluationScenes.Write(
            Argument("--data", ""), sizes: int.Parse(Argument("--sizes", "80")), images: int.Parse(Argument("--images", "160")));
        break;
    case "views":
        ViewLoading.Run(Argument("--data", ""), runs);
        break;
    case "coco":
        CocoPeer.Run(Argument("--data", ""), runs);
        break;
    case "coco-score":
        CocoScore.Run(Argument("--size", "A"), int.Parse(Argument("--images", "1000")), runs);
        break;
    case "coco-score-write":
        CocoScore.Write(Argument("--data", ""), Argument("--size", "A"), int.Parse(Argument("--images", "1000")));
        break;
    case "coco-write":
        var images = int.Parse(Argument("--images", "118000"));
        var annotations = int.Parse(Argument("--annotations", "860000"));
        var points = int.Parse(Argument("--points", "24"));
        Console.WriteLine(CocoFileOfScale.Write(Argument("--data", ""), images, annotations, points));
        break;
    case "view":
        ContrastivePeer.View(Argument("--image", ""));
        break;
    default:
        var calibration = Argument("--calibration", "");
        var export = new ExportOptions
        {
            RepositoryRoot = "",
            Name = "peer",
            Labels = [.. Enumerable.Range(1, 7).Select(i => $"class{i}")],
            Precision = Argument("--precision", ModelPrecision.Fp32),
            Winograd = Argument("--winograd", "") switch
            {
                "on" => true,
                "off" => false,
                _ => null,
            },
            CalibrationImages = calibration.Length == 0 ? [] : [.. Directory.EnumerateFiles(calibration).Order()],
        };
        DetectorPeer.Run(mode, batch, runs, threads, export);
        break;
}

return 0;
