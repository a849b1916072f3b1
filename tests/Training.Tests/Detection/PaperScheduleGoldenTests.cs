using Pipeline.Golden;
using Pipeline.Training.Backbones;
using Pipeline.Training.Detection;
using Pipeline.Training.Engine;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Detection;

/// <summary>The training recipe of the preset <c>paper</c> beside detectron2 0.3: learning rates, parameter groups, SGD.</summary>
public sealed class PaperScheduleGoldenTests
{
    [Theory(SkipTestWithoutData = true), GoldenData("paper", "paper_schedule")]
    public void Learning_rates_groups_and_SGD_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        double Parameter(string key) => golden.Params.GetProperty(key).GetDouble();
        long[] steps = [.. golden.Params.GetProperty("steps").EnumerateArray().Select(step => step.GetInt64())];
        var schedule = new WarmupMultiStepSchedule(
            Parameter("base_lr"), (long)Parameter("warmup_iterations"), Parameter("warmup_factor"), steps, Parameter("gamma"));
        foreach (var row in golden.Expected.GetProperty("learning_rate").EnumerateArray())
        {
            var iteration = row[0].GetInt64();
            var rate = row[1].GetDouble();
            GoldenComparison.Close($"rate at {iteration}", schedule.At(iteration), rate, 1e-9 * rate);
        }

        foreach (var group in golden.Expected.GetProperty("groups").EnumerateObject())
        {
            var live = group.Name.StartsWith("live", StringComparison.Ordinal);
            var backbone = GoldenDetector.Paper.Detector.Backbone with
            {
                TrainableStages = live ? 5 : 5 - int.Parse(group.Name[^1..]),
                BatchNorm = live ? BatchNormMode.Train : BatchNormMode.Frozen,
            };
            using var detector = new FasterRcnn(GoldenDetector.Paper.Detector with { NumClasses = 8, Backbone = backbone });
            var groups = ParameterGroups.Of(detector, GoldenDetector.Paper.WeightDecay, GoldenDetector.Paper.NormWeightDecay);
            var all = groups.SelectMany(entry => entry.Parameters).ToArray();
            Assert.Equal(group.Value.GetProperty("tensors").GetInt32(), all.Length);
            var zero = groups.Where(entry => entry.WeightDecay == 0)
                .SelectMany(entry => entry.Parameters)
                .Select(entry => entry.Name)
                .ToArray();
            Assert.Equal(group.Value.GetProperty("weight_decay_zero").GetInt32(), zero.Length);
            if (group.Value.TryGetProperty("elements", out var elements))
            {
                Assert.Equal(elements.GetInt64(), all.Sum(entry => entry.Parameter.numel()));
                Assert.Equal(group.Value.GetProperty("first").GetString(), all[0].Name);
            }
            else
            {
                Assert.All(
                    group.Value.GetProperty("weight_decay_zero_names").EnumerateArray(), entry => Assert.Contains(entry.GetString(), zero));
            }
        }

        using var weights = new TorchSharp.Modules.Parameter(golden.InputTensor("paper/w").to(float64));
        using var optimizer = optim.SGD([weights], 1, Parameter("momentum"), weight_decay: Parameter("weight_decay"));
        foreach (var row in golden.Expected.GetProperty("sgd_trace").EnumerateArray())
        {
            var iteration = row.GetProperty("iteration").GetInt32();
            weights.grad = tensor(GoldenFormula.Fill($"{golden.Params.GetProperty("trace").GetString()}grad{iteration}", 6, 2, 0))
                .to(float64);
            optimizer.ParamGroups.Single().LearningRate = schedule.At(iteration);
            optimizer.step();
            Assert.All(
                weights.detach().data<double>().ToArray().Zip(row.GetProperty("w").Doubles()),
                pair => GoldenComparison.Close($"w after {iteration}", pair.First, pair.Second, 1e-12 + 1e-9 * Math.Abs(pair.Second)));
        }
    }
}
