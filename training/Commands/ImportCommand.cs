using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pipeline.Shared;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.Files;
using Pipeline.Shared.Numbers;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Checkpoints.Import;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Detection.Checkpoints;

namespace Pipeline.Training.Commands;

/// <summary><c>import</c>: foreign weights as canonical ones, and back.</summary>
/// <param name="log">The console's.</param>
internal sealed class ImportCommand(ILogger<ImportCommand> log) : IProgramCommand
{
    private const string Backbone = "backbone";
    private const string Contrastive = "contrastive";
    private const string Detector = "detector";
    private const int NamesShown = 5;
    private const int MoreNamesShown = 20;

    /// <inheritdoc />
    public Command Create()
    {
        var weights = new Option<string>("--weights")
        {
            Required = true,
            Description =
                "A .pth or .safetensors file: PyContrast (InfoMin), MoCo v1 or v2, torchvision's ResNets and Faster R-CNNs, our own. An "
                + ".onnx file: any residual network. imagenet: ImageNet's weights, which come with the program.",
        };
        var output = new Option<string>("--output")
        {
            Required = true,
            Description = "The file to write: .safetensors, or .pth for torch.load with torchvision's names.",
        };
        var kind = new Option<string>("--as")
        {
            DefaultValueFactory = _ => Backbone,
            Description =
                "backbone: for finetune and pretrain. contrastive: with heads and momentum encoder, for pretrain. detector: the "
                + "whole Faster R-CNN.",
        };
        kind.AcceptOnlyFromAmong(Backbone, Contrastive, Detector);
        var momentum = new Option<bool>("--ema") { Description = "Take the momentum encoder (model_ema, encoder_k) as the backbone." };
        var labels = new Option<string?>("--labels") { Description = "A detector's classes without the background, separated by commas." };
        var epsilon = NumberOption.Create(
            "--norm-epsilon",
            new NumberRange<double>(0, 1),
            1e-5,
            "A detector's frozen norms: 0 for torchvision's COCO_V1 weights.");
        var input = new InputConventionOptions();
        var force = ForceOption.Create();
        var json = new Option<bool>("--json") { Description = "Print the report as JSON, with every name." };
        var command = new Command(
            "import",
            "Turns weights of other projects into ours, or ours into PyTorch's. No code in a file is ever run.\n\nExamples:\n"
            + "  pipeline-train import --weights InfoMin_200.pth --output infomin.safetensors --as contrastive\n"
            + "  pipeline-train import --weights runs/backbone/backbone.safetensors --output resnet.pth\n"
            + "  pipeline-train import --weights network.onnx --output backbone.safetensors --input-order bgr --input-std 1,1,1")
        {
            weights, output, kind, momentum, labels, epsilon, input.Order, input.Mean, input.Std, force, json,
        };
        command.SetAction(result =>
        {
            var chosen = result.GetValue(kind)!;
            RequireFit(result, momentum, chosen, Backbone);
            RequireFit(result, labels, chosen, Detector);
            RequireFit(result, epsilon, chosen, Detector);
            var convention = input.Read(result);
            if (chosen == Detector && convention is not null)
            {
                throw new UserErrorException("--input-order, --input-mean and --input-std mean nothing with --as detector.");
            }

            var source = WeightChoice.FileOf(result.GetValue(weights))
                ?? throw new UserErrorException("--weights none: there is nothing to import; name a file, or imagenet.");
            var target = result.GetValue(output)!;
            if (Path.GetExtension(target).ToLowerInvariant() is not (".safetensors" or ".pth")
                || (result.GetValue(kind) == Contrastive && !target.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)))
            {
                throw new UserErrorException(
                    $"--output {target}: the name must end with .safetensors{(result.GetValue(kind) == Contrastive ? "" : " or .pth")}.");
            }

            OutputFiles.Require([target], [source], result.GetValue(force));
            ImportReport? report = null;
            AtomicFile.WriteThrough(target, temporary => report = result.GetValue(kind) switch
            {
                Contrastive => ContrastiveImport.Run(source, temporary, convention),
                Detector => DetectorImport.Run(
                    source,
                    temporary,
                    result.GetValue(labels)?.Split(',', StringSplitOptions.TrimEntries),
                    result.GetValue(epsilon)),
                _ => BackboneImport.Run(source, temporary, result.GetValue(momentum), convention),
            }, replace: result.GetValue(force));
            log.Detail($"{target}: written, {report!.Mapped.Count} tensors");
            if (report.NotFinite.Count > 0)
            {
                log.Warn(NameText.Escaped(FiniteCheck.Warning(report.Source, report.NotFinite)));
            }

            if (report.NegativeVariance.Count > 0)
            {
                log.Warn(NameText.Escaped(VarianceCheck.Warning(report.Source, report.NegativeVariance)));
            }

            if (result.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(report, JsonFormat.Options));
            }
            else
            {
                Print(report, target);
            }

            return 0;
        });
        return command;
    }

    /// <exception cref="UserErrorException">An option is given that means nothing for what is imported.</exception>
    private static void RequireFit(ParseResult result, Option option, string chosen, string needed)
    {
        if (chosen != needed && result.GetResult(option) is { Implicit: false })
        {
            throw new UserErrorException($"{option.Name} means nothing with --as {chosen}; it goes with --as {needed}.");
        }
    }

    private static void WriteLine(string line) => Console.WriteLine(NameText.Escaped(line));

    private static void Print(ImportReport report, string output)
    {
        WriteLine($"{report.Source} ({report.Layout}): {Shape(report.Backbone)}");
        WriteLine($"network     {report.Network}");
        WriteLine($"mapped      {report.Mapped.Count}");
        WriteLine($"missing     {Names(report.Missing)}");
        WriteLine($"unexpected  {Names(report.Unexpected)}");
        foreach (var (part, names) in report.Ignored)
        {
            WriteLine($"not needed  {part}: {Names(names)}");
        }

        PrintIfAny("not read", [.. report.Unread.Select(entry => $"{entry.Key} ({entry.Value})")]);
        PrintIfAny("not finite", [.. report.NotFinite.Select(entry => $"{entry.Key} ({entry.Value} values)")]);
        PrintIfAny("negative", [.. report.NegativeVariance.Select(entry => $"{entry.Key} ({entry.Value} values)")]);
        PrintIfAny("beside", report.Beside);
        PrintIfAny("never built", [.. report.Foreign]);
        WriteLine(output);
    }

    private static string Shape(ResNetOptions backbone)
    {
        var shape = FormattableString.Invariant($"{backbone.Architecture}, width {backbone.WidthMultiplier:0.####}");
        return backbone.Blocks is null ? shape : $"{shape}, blocks {string.Join(", ", backbone.Blocks)}";
    }

    private static void PrintIfAny(string title, IReadOnlyList<string> names)
    {
        if (names.Count > 0)
        {
            WriteLine($"{title,-11} {Names(names, MoreNamesShown)}");
        }
    }

    private static string Names(IReadOnlyList<string> names, int shown = NamesShown) =>
        names.Count == 0 ? "0" : $"{names.Count}: {string.Join(", ", names.Take(shown))}{(names.Count > shown ? ", …" : "")}";
}
