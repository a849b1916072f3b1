using System.Text.Json;
using Pipeline.Golden;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Engine;
using Pipeline.Training.Modules;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Contrastive;

public sealed class ContrastiveGoldenTests
{
    /// <summary>Recipes of the references that no training here offers.</summary>
    private static readonly string[] UnusedSchedules = ["step_epoch_lr", "warm_lr", "detector_cosine_lr_per_epoch"];

    [Theory(SkipTestWithoutData = true), GoldenData("contrast", "infonce")]
    public void Logits_loss_gradient_and_queue_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        var prefix = golden.Inputs.EnumerateObject().First().Name.Split('/')[0];
        var raw = golden.InputTensor(prefix + "/q").requires_grad_();
        var keys = nn.functional.normalize(golden.InputTensor(prefix + "/k"), dim: 1);
        using var queue = new FeatureQueue(
            nn.functional.normalize(golden.InputTensor(prefix + "/queue"), dim: 1), golden.Params.GetProperty("start_index").GetInt32());
        golden.Equal(queue.Rows, "queue_before");

        var logits = InfoNce.Logits(
            nn.functional.normalize(raw, dim: 1), keys, queue.Rows.clone(), golden.Params.GetProperty("temperature").GetDouble());
        var loss = InfoNce.Loss(logits);
        loss.backward();
        queue.Enqueue(keys);

        golden.Equal(logits, "logits");
        golden.Equal(loss, "loss");
        golden.Equal(raw.grad!, "grad_q_raw");
        GoldenComparison.Equal(golden, 100 * InfoNce.Top1(logits).item<float>(), "top1_percent");
        golden.Equal(queue.Rows, "queue_after");
        GoldenComparison.Equal(golden, queue.Index, "index_after");
    }

    [Theory(SkipTestWithoutData = true), GoldenData("contrast", "memory_bank")]
    public void Memory_bank_logits_and_update_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        var prefix = golden.Inputs.EnumerateObject().First().Name.Split('/')[0];
        var features = nn.functional.normalize(golden.InputTensor(prefix + "/x"), dim: 1);
        using var bank = new MemoryBank(
            nn.functional.normalize(golden.InputTensor(prefix + "/bank"), dim: 1), golden.Params.GetProperty("bank_momentum").GetDouble());
        var index = golden.InputTensor("index");

        var logits = bank.Logits(features, index, golden.InputTensor("negatives"), golden.Params.GetProperty("temperature").GetDouble());
        bank.Update(features, index);

        golden.Equal(logits, "logits");
        golden.Equal(InfoNce.Loss(logits), "loss");
        golden.Equal(bank.Rows, "bank_after");
    }

    [Theory(SkipTestWithoutData = true), GoldenData("contrast", "moco", "infomin")]
    public void Three_steps_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        var settings = golden.Params;
        var options = new ContrastiveOptions
        {
            Temperature = settings.GetProperty("temperature").GetDouble(),
            Momentum = settings.GetProperty("momentum").GetDouble(),
            QueueSize = settings.GetProperty("queue_size").GetInt32(),
            Dimension = settings.GetProperty("dim").GetInt32(),
            MomentumUpdate = settings.GetProperty("momentum_update").GetString()!.StartsWith("before", StringComparison.Ordinal)
                ? MomentumUpdate.BeforeKeys
                : MomentumUpdate.AfterStep,
            Jigsaw = settings.GetProperty("beta").ValueKind == JsonValueKind.Number,
        };
        options = options.Jigsaw ? options with { JigsawWeight = settings.GetProperty("beta").GetDouble() } : options;
        var prefix = settings.GetProperty("prefix").GetString()!;
        using var query = Model(settings, options);
        using var key = Model(settings, options);
        GoldenTensors.LoadFormula(query, prefix, "");
        MomentumEncoder.Copy(query, key);
        using var queue = new FeatureQueue(nn.functional.normalize(golden.InputTensor(prefix + "queue"), dim: 1));
        var sgd = settings.GetProperty("sgd");
        using var optimizer = optim.SGD(
            query.parameters(),
            sgd.GetProperty("lr").GetDouble(),
            sgd.GetProperty("momentum").GetDouble(),
            weight_decay: sgd.GetProperty("weight_decay").GetDouble());
        var infoMin = new InfoMin(options, query, key, queue);

        var step = 0;
        foreach (var expected in golden.Expected.GetProperty("steps").EnumerateArray())
        {
            Tensor Images(IEnumerable<string> names) =>
                stack([.. names.Select(image => (golden.InputTensor(prefix + image) - 0.45f) / 0.225f)]);
            var batch = Enumerable.Range(0, settings.GetProperty("batch").GetInt32()).ToArray();
            var result = infoMin.Step(optimizer, new ContrastiveBatch(
                Images(batch.Select(i => $"A{step}_{i}")), Images(batch.Select(i => $"B{step}_{i}")),
                options.Jigsaw
                    ? Images(batch.SelectMany(i => Enumerable.Range(0, JigsawHead.Patches).Select(j => $"P{step}_{i}_{j}")))
                    : null,
                options.Jigsaw ? golden.InputTensor($"patch_order_{step}") : null));
            if (step == 0)
            {
                golden.Equal(result.Query, "q_step0");
                golden.Equal(result.Key, "k_step0");
                golden.Equal(result.Logits, "logits_step0");
            }

            golden.Equal(result.Loss, expected.GetProperty("loss"), "steps");
            golden.Equal(result.Total, expected.GetProperty("total"), "steps");
            if (options.Jigsaw)
            {
                golden.Equal(result.JigsawLoss!, expected.GetProperty("loss_jig"), "steps");
            }

            golden.Equal(100 * InfoNce.Top1(result.Logits), expected.GetProperty("top1_percent"), "steps");
            Assert.Equal(expected.GetProperty("index_after").GetInt32(), queue.Index);
            foreach (var (parameter, value) in query.named_parameters())
            {
                golden.Equal(value.grad!.norm(), expected.GetProperty("grad_norm").GetProperty(parameter), "steps");
            }

            step++;
        }

        golden.Equal(queue.Rows, "queue_final");
        foreach (var (part, model) in new[] { ("query/", query), ("key/", key) })
        {
            var state = StateDict.InOrder(model).ToDictionary(entry => entry.Key, entry => entry.Value);
            golden.EqualChosen(
                part,
                parameter => parameter.EndsWith("num_batches_tracked", StringComparison.Ordinal)
                    ? state[parameter].view(1)
                    : state[parameter]);
        }
    }

    [Theory(SkipTestWithoutData = true), GoldenData("contrast", "schedules")]
    public void Learning_rates_equal_the_reference(string name)
    {
        var golden = GoldenCase.Load(name);
        var settings = golden.Params;
        double Setting(string key) => settings.GetProperty(key).GetDouble();
        int[] Epochs(JsonElement list) => [.. list.EnumerateArray().Select(epoch => epoch.GetInt32())];
        var cosine = new ContrastiveSchedule(Setting("lr"), (int)Setting("epochs"));
        var detector = settings.GetProperty("detector");
        var rate = detector.GetProperty("lr").GetDouble();
        var batches = detector.GetProperty("batches").GetInt32();
        var warmup = Math.Min(1000, batches - 1);
        long[] falls = [.. Epochs(detector.GetProperty("milestones")).Select(epoch => (long)epoch * batches)];
        var multistep = new WarmupMultiStepSchedule(rate, warmup, 0.001, falls, detector.GetProperty("gamma").GetDouble());

        Assert.Equal(golden.Expected.GetProperty("detector_warmup_iterations").GetInt32(), warmup);
        GoldenComparison.Equal(golden, cosine.AtEpoch((int)Setting("warm_epochs")), "warm_to");
        var offered = golden.Expected.EnumerateObject().Where(entry => !UnusedSchedules.Contains(entry.Name));
        foreach (var entry in offered.Where(entry => entry.Value.ValueKind == JsonValueKind.Array))
        {
            var position = 0;
            foreach (var row in entry.Value.EnumerateArray())
            {
                double[] values = row.ValueKind == JsonValueKind.Array ? row.Doubles() : [position, row.GetDouble()];
                var ours = entry.Name switch
                {
                    "cosine_epoch_lr" => cosine.AtEpoch((int)values[0]),
                    "detector_warmup_lr" => multistep.At((long)values[0]),
                    "detector_multistep_lr_per_epoch" => multistep.At((position + 1L) * batches - 1),
                    _ => throw new InvalidDataException($"'{entry.Name}' is not a schedule that is known."),
                };
                var (absolute, relative) = golden.Tolerance(entry.Name);
                GoldenComparison.Close($"{entry.Name}[{position}]", ours, values[^1], absolute + relative * values[^1]);
                position++;
            }
        }
    }

    private static ContrastiveModel Model(JsonElement settings, ContrastiveOptions options)
    {
        var encoder = new TinyEncoder(settings.GetProperty("width").GetInt32());
        return new ContrastiveModel(encoder, encoder.call, 2 * settings.GetProperty("width").GetInt32(), options.Dimension, options.Jigsaw);
    }

    /// <summary>The reference's encoder: two convolutions with batch norms, and the mean over the pixels.</summary>
    private sealed class TinyEncoder : NamedModule<Tensor, Tensor>
    {
        private readonly Conv2d conv1, conv2;
        private readonly BatchNorm2d bn1, bn2;

        public TinyEncoder(int width)
            : base(nameof(TinyEncoder))
        {
            conv1 = nn.Conv2d(3, width, 3, 2, 1, bias: false);
            conv2 = nn.Conv2d(width, 2 * width, 3, 2, 1, bias: false);
            bn1 = nn.BatchNorm2d(width);
            bn2 = nn.BatchNorm2d(2 * width);
            register_module("conv1", conv1);
            register_module("bn1", bn1);
            register_module("conv2", conv2);
            register_module("bn2", bn2);
        }

        public override Tensor forward(Tensor input) =>
            nn.functional.relu(bn2.call(conv2.call(nn.functional.relu(bn1.call(conv1.call(input)))))).mean([2, 3]);
    }
}
