using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Golden;
using Pipeline.Shared.Geometry;
using Pipeline.Training.Backbones;
using Pipeline.Training.Configuration;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Engine;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Detection;

/// <summary>The preset <c>paper</c> beside detectron2 0.3 with the authors' configuration.</summary>
public sealed class PaperGoldenTests
{
    private static FinetuneOptions Preset { get; } = new RunConfiguration<FinetuneOptions>().Preset("finetune", "paper").Option("", "data", "a").Option("", "output", "b").Build();

    [Theory(SkipTestWithoutData = true), GoldenData("paper", "paper_transform")]
    public void Sizes_boxes_and_pixels_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        if (!golden.Expected.TryGetProperty("rows", out var rows))
        {
            Pixels(golden);
            return;
        }

        foreach (var row in rows.EnumerateArray())
        {
            int Number(string key) => row.GetProperty(key).GetInt32();
            var from = (Number("height"), Number("width"));
            var resize = new AntialiasedResize(new DetectorOptions { MaxSizePixels = Number("long") });
            var size = resize.Size(from, Number("short"));
            Assert.Equal((Number("new_height"), Number("new_width")), size);
            Assert.Equal(GoldenTensors.Size(row.GetProperty("padded")), DetectionTransform.PaddedSize([size]));
            var moved = resize.MoveBoxes(Rows(row.GetProperty("boxes")), from, size);
            Close("moved", moved);
            Close("moved_flipped", Mirrored(moved, size.Width));
            var back = resize.MoveBoxes(moved, size, from);
            Close("back", back.index_select(0, TensorBoxes.WithArea([back])[0]));

            void Close(string key, Tensor boxes) => Assert.True(boxes.allclose(Rows(row.GetProperty(key)), 1e-5, 1e-4), $"{key} of {from}: {string.Join(" ", boxes.reshape(-1).data<float>().ToArray())}");
        }
    }

    [Theory(SkipTestWithoutData = true), GoldenData("paper", "paper_roialign")]
    public void Aligned_adaptive_pooling_equals_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        Tensor Input(string ending) => golden.Tensor(golden.Inputs.EnumerateObject().Single(entry => entry.Name.EndsWith(ending, StringComparison.Ordinal)).Value);
        if (!golden.Params.TryGetProperty("strides", out var strides))
        {
            var features = Input("feat").requires_grad_();
            var rois = Input("rois");
            var pooled = new RoIAlign(7, 7, 0, aligned: true).Pool([features], [golden.Params.GetProperty("spatial_scale").GetDouble()], rois[.., 1..], rois[.., 0].to(int64), zeros(rois.shape[0], dtype: int64));
            golden.Equal(pooled, "out");
            (pooled * Input("upstream")).sum().backward();
            golden.Equal(features.grad!, "grad_features");
            return;
        }

        int[] pixels = [.. strides.Doubles().Select(stride => (int)stride)];
        double[] scales = [.. pixels.Select(stride => 1.0 / stride)];
        Tensor[] maps = [.. Enumerable.Range(0, 4).Select(level => Input($"/f{level}").requires_grad_())];
        Tensor[] boxes = [Input("boxes_0"), Input("boxes_1")];
        golden.Equal(MultiScaleRoIAlign.Levels(cat(boxes), scales, aligned: true) + 2, "levels");
        golden.Equal(MultiScaleRoIAlign.Levels(Input("edge_boxes"), scales, aligned: true) + 2, "edge_levels");
        var all = new MultiScaleRoIAlign(7, 0, aligned: true, pixels).Pool(maps, boxes, []);
        golden.Equal(all, "out");
        (all * Input("/up")).sum().backward();
        golden.EqualChosen("grad_f", level => maps[int.Parse(level)].grad!);
    }

    [Theory(SkipTestWithoutData = true), GoldenData("paper", "paper_rpn")]
    public void Anchors_proposals_and_losses_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        var options = Options(golden) with { NumClasses = 2, FpnChannels = golden.Params.GetProperty("channels").GetInt32() };
        using var rpn = new RegionProposalNetwork(options, GoldenTensors.FirstByIndex);
        GoldenTensors.LoadFormula(rpn, golden.Params.Text("prefix", ""), "rpn.");
        Tensor[] features = [.. Numbered(golden, "/f").Select(entry => golden.Tensor(entry).requires_grad_())];
        Tensor[] objects = [.. Numbered(golden, "gt_").Select(entry => golden.Tensor(entry))];
        (int Height, int Width)[] sizes = [.. golden.Params.GetProperty("image_sizes").EnumerateArray().Select(GoldenTensors.Size)];

        rpn.train();
        var output = rpn.Predict(features, GoldenTensors.Size(golden.Params.GetProperty("batch_h_w")));
        Assert.Equal(golden.Expected.GetProperty("anchors_per_level").Doubles().Select(count => (int)count), output.CountPerLevel);
        golden.Equal(tensor(Enumerable.Range(0, 5).SelectMany(rpn.Anchors.CellAnchors).ToArray()).view(5, 3, 4), "cell_anchors");
        golden.Equal(stack([.. output.CountPerLevel.Select((_, level) => output.Anchors[output.CountPerLevel.Take(level + 1).Sum() - 1])]), "anchors_last");
        Assert.Equal(golden.Expected.GetProperty("anchors_sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(output.Anchors.contiguous().bytes)));
        golden.Equal(output.Objectness.view(golden.Expected.GetProperty("objectness_flat").GetProperty("shape", [])), "objectness_flat");
        golden.Equal(output.Deltas.view(golden.Expected.GetProperty("deltas_flat").GetProperty("shape", [])), "deltas_flat");
        Proposals("train");
        var losses = rpn.Losses(output, [.. objects.Select(boxes => new DetectionTarget(boxes, ones(boxes.shape[0], dtype: int64)))]);
        golden.Equal((double)losses.Objectness.item<float>(), "losses", "loss_objectness");
        golden.Equal((double)losses.BoxReg.item<float>(), "losses", "loss_rpn_box_reg");
        var sampler = new BalancedPositiveNegativeSampler(options.RpnBatchSizePerImage, options.RpnPositiveFraction, GoldenTensors.FirstByIndex);
        for (var image = 0; image < objects.Length; image++)
        {
            var (labels, matched) = rpn.Assign(output.Anchors, objects[image]);
            golden.Equal(labels, $"labels_{image}");
            var positive = labels.eq(1).nonzero().view(-1);
            golden.Equal(positive, $"positives_{image}");
            golden.Equal(new BoxCoder([1, 1, 1, 1]).Encode(matched.index_select(0, positive), output.Anchors.index_select(0, positive)), $"positives_targets_{image}");
            var sample = sampler.Sample([labels]);
            golden.Equal(sample.Positive, $"sample_pos_{image}");
            golden.Equal(sample.All.shape[0] - sample.Positive.shape[0], $"sample_neg_count_{image}");
        }

        (losses.Objectness + losses.BoxReg).backward();
        golden.EqualGradientNorms(rpn);
        var named = rpn.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        golden.EqualChosen("grad/", key => named[key].grad!);
        rpn.eval();
        Proposals("test");

        void Proposals(string mode)
        {
            var proposals = rpn.Propose(output, sizes);
            for (var image = 0; image < proposals.Count; image++)
            {
                golden.Equal(proposals[image].Boxes, $"proposals_{mode}_{image}");
                golden.Equal(proposals[image].Scores, $"proposal_logits_{mode}_{image}");
            }
        }
    }

    [Theory(SkipTestWithoutData = true), GoldenData("paper", "paper_roiheads")]
    public void Heads_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        var given = golden.Inputs.TryGetProperty("class_logits", out _);
        var options = Options(golden) with { NumClasses = golden.Params.GetProperty("num_classes").GetInt32(), FpnChannels = given ? 4 : 256, BoxHeadChannels = given ? 4 : 1024 };
        using var detector = new FasterRcnn(options with { Backbone = options.Backbone with { Architecture = "resnet18", WidthMultiplier = 0.0625 } }, GoldenTensors.FirstByIndex);
        var heads = detector.RoiHeads;
        (int Height, int Width)[] sizes = [.. golden.Params.GetProperty("image_sizes").EnumerateArray().Select(GoldenTensors.Size)];
        (int Height, int Width)[] originals = [.. golden.Params.GetProperty("original_sizes").EnumerateArray().Select(GoldenTensors.Size)];
        Tensor[] proposals = [.. Numbered(golden, "proposals_").Select(entry => golden.Tensor(entry))];
        if (given)
        {
            var (logits, regression) = (golden.InputTensor("class_logits").requires_grad_(), golden.InputTensor("box_regression").requires_grad_());
            Detections(heads.PostProcess(logits, regression, proposals, sizes));
            var (classifier, boxes) = RoIHeads.Losses(logits, regression, golden.InputTensor("labels"), golden.InputTensor("targets"), options.BoxLossBeta);
            EqualLosses(classifier, boxes);
            (classifier + boxes).backward();
            golden.Equal(logits.grad!, "grad_class_logits");
            golden.Equal(regression.grad!, "grad_box_regression");
            return;
        }

        GoldenTensors.LoadFormula(heads, golden.Params.Text("prefix", ""), "roi_heads.", golden.Params.GetProperty("weight_overrides").EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.Doubles()));
        Tensor[] features = [.. Numbered(golden, "/f").Select(entry => golden.Tensor(entry).requires_grad_())];
        DetectionTarget[] targets = [.. Numbered(golden, "target_").Select(entry => new DetectionTarget(golden.Tensor(entry.GetProperty("boxes")), golden.Tensor(entry.GetProperty("labels"))))];
        heads.train();
        var samples = heads.Sample(proposals, targets);
        var (sampledBoxes, labels) = (samples.Boxes.split(samples.Counts), samples.Labels.split(samples.Counts));
        var regressionTargets = samples.RegressionTargets.split(samples.Counts);
        for (var image = 0; image < targets.Length; image++)
        {
            var index = tensor(golden.Read(golden.Expected.GetProperty($"sampled_index_{image}")).Longs);
            Assert.True(sampledBoxes[image].eq(cat([proposals[image], targets[image].Boxes]).index_select(0, index)).all().item<bool>());
            golden.Equal(labels[image], $"sampled_labels_{image}");
            var positive = labels[image].gt(0).nonzero().view(-1);
            golden.Equal(positive, $"sampled_pos_{image}");
            golden.Equal(regressionTargets[image].index_select(0, positive), $"sampled_pos_targets_{image}");
        }

        var prediction = heads.Predict(features, samples.BoxesOfImages(), sizes);
        var losses = RoIHeads.Losses(
            prediction.ClassLogits, prediction.BoxRegression, samples.Labels, samples.RegressionTargets, options.BoxLossBeta);
        EqualLosses(losses.Classifier, losses.BoxReg);
        (losses.Classifier + losses.BoxReg).backward();
        golden.EqualGradientNorms(heads);
        var named = heads.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        golden.EqualChosen("grad/", key => named[key].grad!);
        heads.eval();
        var evaluation = heads.Predict(features, proposals, sizes);
        golden.Equal(evaluation.Pooled, "pooled");
        golden.Equal(evaluation.ClassLogits, "class_logits");
        golden.Equal(evaluation.BoxRegression, "box_regression");
        Detections(heads.PostProcess(evaluation.ClassLogits, evaluation.BoxRegression, proposals, sizes));

        void EqualLosses(Tensor classifier, Tensor boxes)
        {
            golden.Equal((double)classifier.item<float>(), "losses", "loss_classifier");
            golden.Equal((double)boxes.item<float>(), "losses", "loss_box_reg");
        }

        void Detections(IReadOnlyList<ImageDetections> found)
        {
            var back = detector.ToOriginalImage(found, originals, sizes);
            for (var image = 0; image < found.Count; image++)
            {
                golden.EqualDetections(found[image], $"detections_{image}");
                golden.EqualDetections(back[image], $"detections_original_{image}");
            }
        }
    }

    [Theory(SkipTestWithoutData = true), GoldenData("paper", "paper_detector_eval")]
    public void Detections_of_whole_images_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        using var detector = Detector(golden);
        detector.eval();
        var images = Images(golden);

        var trace = detector.DetectWithTrace(images);

        Assert.Equal(golden.Expected.GetProperty("resized_sizes").EnumerateArray().Select(GoldenTensors.Size), trace.Sizes);
        for (var image = 0; image < images.Length; image++)
        {
            var resized = AntialiasedResize.ResizeBytes(images[image], trace.Sizes[image]);
            Assert.Equal(golden.Expected.GetProperty("resized_sha256")[image].GetString(), Convert.ToHexStringLower(SHA256.HashData(resized.contiguous().bytes)));
        }

        golden.Equal(trace.Batch, "batch");
        golden.EqualChosen("feature_", key => trace.Features[key == "pool" ? trace.Features.Count - 1 : int.Parse(key)]);
        golden.EqualChosen("objectness_", key => trace.Rpn.Maps[int.Parse(key)].Objectness);
        golden.EqualChosen("deltas_", key => trace.Rpn.Maps[int.Parse(key)].Deltas);
        for (var image = 0; image < trace.Detections.Count; image++)
        {
            var proposals = trace.Proposals[image].Boxes;
            Assert.Equal(golden.Expected.GetProperty("proposal_count")[image].GetInt64(), proposals.shape[0]);
            golden.Equal(proposals[..20], golden.Expected.GetProperty("proposals_first20")[image], "proposals_first20");
            golden.Equal(proposals.mean([0]), golden.Expected.GetProperty("proposals_mean")[image], "proposals_mean");
            golden.EqualDetections(trace.Detections[image], $"detections_{image}");
        }
    }

    [Theory(SkipTestWithoutData = true), GoldenData("paper", "paper_detector_train")]
    public void Two_steps_of_training_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        using var detector = Detector(golden);
        detector.train();
        var named = detector.named_parameters().Where(entry => entry.parameter.requires_grad).ToDictionary(entry => entry.name, entry => entry.parameter);
        Assert.Equal(golden.Expected.GetProperty("trainable_parameters").EnumerateArray().Select(entry => entry.GetString()!), named.Keys);
        var before = detector.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone().detach());
        DetectionTarget[] targets = [.. Numbered(golden, "target_").Select(entry => new DetectionTarget(golden.Tensor(entry.GetProperty("boxes")), golden.Tensor(entry.GetProperty("labels"))))];
        var images = Images(golden);
        var sgd = golden.Params.GetProperty("sgd");
        using var optimizer = optim.SGD(named.Values, sgd.GetProperty("lr").GetDouble(), sgd.GetProperty("momentum").GetDouble(), weight_decay: sgd.GetProperty("weight_decay").GetDouble());
        var step = 0;
        foreach (var expected in golden.Expected.GetProperty("losses_per_step").EnumerateArray())
        {
            step++;
            using var stepScope = NewDisposeScope();
            var losses = detector.Losses(images, targets);
            foreach (var (loss, value) in new[] { ("loss_classifier", losses.Classifier), ("loss_box_reg", losses.BoxReg), ("loss_objectness", losses.Objectness), ("loss_rpn_box_reg", losses.RpnBoxReg) })
            {
                var (absolute, relative) = golden.Tolerance("losses_per_step", loss);
                var reference = expected.GetProperty(loss).GetDouble();
                GoldenComparison.Close($"step {step} {loss}", value.item<float>(), reference, absolute + relative * Math.Abs(reference));
            }

            optimizer.zero_grad();
            losses.Sum().backward();
            if (step == 1)
            {
                golden.EqualGradientNorms(detector);
                golden.EqualChosen("grad/", key => named[key].grad!);
            }

            optimizer.step();
            var state = detector.state_dict();
            golden.EqualChosen($"step{step}/", key => state[key]);
            foreach (var change in golden.Expected.GetProperty($"step{step}_change_norm").EnumerateObject())
            {
                golden.Equal((state[change.Name].detach() - before[change.Name]).to(float64).norm().item<double>(), $"step{step}_change_norm", change.Name);
            }
        }
    }

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
            var (iteration, rate) = (row[0].GetInt64(), row[1].GetDouble());
            GoldenComparison.Close($"rate at {iteration}", schedule.At(iteration), rate, 1e-9 * rate);
        }

        foreach (var group in golden.Expected.GetProperty("groups").EnumerateObject())
        {
            var live = group.Name.StartsWith("live", StringComparison.Ordinal);
            var backbone = Preset.Detector.Backbone with { TrainableStages = live ? 5 : 5 - int.Parse(group.Name[^1..]), BatchNorm = live ? BatchNormMode.Train : BatchNormMode.Frozen };
            using var detector = new FasterRcnn(Preset.Detector with { NumClasses = 8, Backbone = backbone });
            var groups = ParameterGroups.Of(detector, Preset.WeightDecay, Preset.NormWeightDecay);
            var all = groups.SelectMany(entry => entry.Parameters).ToArray();
            Assert.Equal(group.Value.GetProperty("tensors").GetInt32(), all.Length);
            var zero = groups.Where(entry => entry.WeightDecay == 0).SelectMany(entry => entry.Parameters).Select(entry => entry.Name).ToArray();
            Assert.Equal(group.Value.GetProperty("weight_decay_zero").GetInt32(), zero.Length);
            if (group.Value.TryGetProperty("elements", out var elements))
            {
                Assert.Equal(elements.GetInt64(), all.Sum(entry => entry.Parameter.numel()));
                Assert.Equal(group.Value.GetProperty("first").GetString(), all[0].Name);
            }
            else
            {
                Assert.All(group.Value.GetProperty("weight_decay_zero_names").EnumerateArray(), entry => Assert.Contains(entry.GetString(), zero));
            }
        }

        using var weights = new TorchSharp.Modules.Parameter(golden.InputTensor("paper/w").to(float64));
        using var optimizer = optim.SGD([weights], 1, Parameter("momentum"), weight_decay: Parameter("weight_decay"));
        foreach (var row in golden.Expected.GetProperty("sgd_trace").EnumerateArray())
        {
            var iteration = row.GetProperty("iteration").GetInt32();
            weights.grad = tensor(GoldenFormula.Fill($"{golden.Params.GetProperty("trace").GetString()}grad{iteration}", 6, 2, 0)).to(float64);
            optimizer.ParamGroups.Single().LearningRate = schedule.At(iteration);
            optimizer.step();
            Assert.All(weights.detach().data<double>().ToArray().Zip(row.GetProperty("w").Doubles()), pair => GoldenComparison.Close($"w after {iteration}", pair.First, pair.Second, 1e-12 + 1e-9 * Math.Abs(pair.Second)));
        }
    }

    private static Tensor Mirrored(Tensor boxes, int width)
    {
        var mirrored = boxes.HostFloats().Chunk(4).Select(row => KittiTrainingData.Mirror(new Box(row[0], row[1], row[2], row[3]), width));
        return tensor(mirrored.SelectMany(box => new[] { box.X1, box.Y1, box.X2, box.Y2 }).ToArray()).view(-1, 4);
    }

    private static Tensor Rows(JsonElement rows) => tensor(rows.EnumerateArray().SelectMany(row => row.Doubles()).Select(value => (float)value).ToArray()).view(-1, 4);

    private static void Pixels(GoldenCase golden)
    {
        var options = Preset.Detector with { MinSizePixels = golden.Params.GetProperty("short").GetInt32(), MaxSizePixels = golden.Params.GetProperty("long").GetInt32() };
        Tensor[] images = [.. golden.Expected.GetProperty("order").EnumerateArray().Select(entry => golden.Tensor(golden.Inputs.GetProperty(entry.GetString()!)).to(uint8))];
        var (batch, sizes) = new DetectionTransform(options).Apply(images);
        Assert.Equal(golden.Expected.GetProperty("sizes").EnumerateArray().Select(GoldenTensors.Size), sizes);
        for (var i = 0; i < images.Length; i++)
        {
            var resized = AntialiasedResize.ResizeBytes(images[i], sizes[i]);
            golden.Equal(resized, $"resized_{i}");
            Assert.Equal(golden.Expected.GetProperty($"flipped_{i}_sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(resized.flip(2).contiguous().bytes)));
        }

        golden.Equal(batch, "batch");
        golden.Equal(new DetectionTransform(options with { SwapRedAndBlue = true }).Apply(images).Batch, "batch_as_authors_ran");
    }

    private static Tensor[] Images(GoldenCase golden) =>
        [.. golden.Params.GetProperty("order").EnumerateArray().Select(entry => golden.Tensor(golden.Inputs.GetProperty(entry.GetString()!)).to(uint8))];

    private static IEnumerable<JsonElement> Numbered(GoldenCase golden, string part) => golden.Inputs.EnumerateObject()
        .Where(entry => entry.Name.Contains(part, StringComparison.Ordinal) && char.IsDigit(entry.Name[^1])).OrderBy(entry => entry.Name, StringComparer.Ordinal).Select(entry => entry.Value);

    private static FasterRcnn Detector(GoldenCase golden)
    {
        var options = Preset.Detector with
        {
            NumClasses = golden.Params.GetProperty("num_classes").GetInt32(),
            Backbone = Preset.Detector.Backbone with { TrainableStages = golden.Params.Int("trainable_layers", 5) },
        };
        options = golden.Params.GetProperty("detector").EnumerateObject().Aggregate(options, (current, entry) => DetectorGoldenTests.With(current, entry.Name, entry.Value));
        var detector = new FasterRcnn(options, GoldenTensors.FirstByIndex);
        GoldenTensors.LoadFormula(detector, golden.Params.Text("prefix", ""), "", golden.Params.GetProperty("weight_overrides").EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.Doubles()));
        return detector;
    }

    /// <summary>The preset with the numbers that a case names.</summary>
    private static DetectorOptions Options(GoldenCase golden) => golden.Params.EnumerateObject()
        .Where(entry => (entry.Name.StartsWith("rpn_", StringComparison.Ordinal) || entry.Name.StartsWith("box_", StringComparison.Ordinal)) && entry.Name != "box_reg_weights")
        .Aggregate(Preset.Detector, (current, entry) => DetectorGoldenTests.With(current, entry.Name, entry.Value));
}
