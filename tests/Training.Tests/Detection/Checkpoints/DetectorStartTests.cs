using Pipeline.Shared;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Checkpoints;
using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Detection.Checkpoints;

public sealed class DetectorStartTests : IDisposable
{
    private const string Predictor = "roi_heads.box_predictor.";
    private readonly string folder = Directory.CreateTempSubdirectory("start").FullName;

    [Fact]
    public void With_the_same_classes_every_weight_is_the_files()
    {
        using var scope = NewDisposeScope();
        using var learned = Detector(["Car", "Van"]);
        DetectorCheckpoint.Save(In("a.safetensors"), learned, ["Car", "Van"]);
        using var begun = Detector(["Car", "Van"]);

        var report = DetectorStart.Load(begun, ["Car", "Van"], In("a.safetensors"));

        var state = StateDict.InOrder(learned).ToDictionary();
        Assert.All(StateDict.InOrder(begun), entry => Same(state[entry.Key], entry.Value, entry.Key));
        Assert.Equal([$"starts from the detector {In("a.safetensors")}: the rows of Car, Van are kept"], report.Lines());
    }

    [Fact]
    public void Rows_of_classes_of_the_same_name_are_kept_wherever_they_stand_and_the_rest_begins_anew()
    {
        using var scope = NewDisposeScope();
        using var learned = Detector(["van", "CAR", "Tram"]);
        DetectorCheckpoint.Save(In("a.safetensors"), learned, ["van", "CAR", "Tram"]);
        using var begun = Detector(["Car", "Cyclist"]);
        var before = Copy(begun);

        var report = DetectorStart.Load(begun, ["Car", "Cyclist"], In("a.safetensors"));

        var from = StateDict.InOrder(learned).ToDictionary();
        var to = StateDict.InOrder(begun).ToDictionary();
        foreach (var layer in new[] { Predictor + "cls_score.weight", Predictor + "cls_score.bias" })
        {
            Same(from[layer][0], to[layer][0], "background");
            Same(from[layer][2], to[layer][1], "car");
            Same(before[layer][2], to[layer][2], "cyclist");
        }

        foreach (var layer in new[] { Predictor + "bbox_pred.weight", Predictor + "bbox_pred.bias" })
        {
            Same(from[layer][..4], to[layer][..4], "background");
            Same(from[layer][8..12], to[layer][4..8], "car");
            Same(before[layer][8..], to[layer][8..], "cyclist");
        }

        Same(from["roi_heads.box_head.fc6.weight"], to["roi_heads.box_head.fc6.weight"], "box head");
        Assert.Equal(["Car"], report.Kept);
        Assert.Equal(["Cyclist"], report.New);
        Assert.Equal(["van", "Tram"], report.Dropped);
        Assert.Contains("rows with new weights: Cyclist; the file has no class of that name", report.Lines());
        Assert.Contains("unneeded classes of the file: van, Tram", report.Lines());
    }

    [Theory]
    [InlineData(BatchNormMode.Frozen, BatchNormMode.Train), InlineData(BatchNormMode.Train, BatchNormMode.Frozen)]
    public void Frozen_and_live_norms_take_each_others_weights(BatchNormMode learnedNorms, BatchNormMode begunNorms)
    {
        using var scope = NewDisposeScope();
        using var learned = Detector(["Car"], norms: learnedNorms);
        DetectorCheckpoint.Save(In("a.safetensors"), learned, ["Car"]);
        using var begun = Detector(["Car"], norms: begunNorms);

        DetectorStart.Load(begun, ["Car"], In("a.safetensors"));

        const string Variance = "backbone.body.layer1.0.bn1.running_var";
        Same(StateDict.InOrder(learned).ToDictionary()[Variance], StateDict.InOrder(begun).ToDictionary()[Variance], Variance);
    }

    [Theory]
    [InlineData(true, true), InlineData(true, false), InlineData(false, true)]
    public void A_box_for_all_classes_is_kept_where_both_have_one_and_else_boxes_begin_anew(bool learnedForAll, bool begunForAll)
    {
        using var scope = NewDisposeScope();
        using var learned = Detector(["Car"], learnedForAll);
        DetectorCheckpoint.Save(In("a.safetensors"), learned, ["Car"]);
        using var begun = Detector(["Car", "Van"], begunForAll);
        var before = Copy(begun);

        var report = DetectorStart.Load(begun, ["Car", "Van"], In("a.safetensors"));

        var kept = learnedForAll && begunForAll;
        var expected = kept ? StateDict.InOrder(learned).ToDictionary() : before;
        Same(expected[Predictor + "bbox_pred.weight"], StateDict.InOrder(begun).ToDictionary()[Predictor + "bbox_pred.weight"], "boxes");
        Assert.Equal(kept ? [] : [Predictor + "bbox_pred.weight", Predictor + "bbox_pred.bias"], report.Anew);
    }

    [Theory]
    [InlineData(".pth"), InlineData(".safetensors")]
    public void A_detector_of_torchvision_that_learned_COCO_gives_the_classes_that_it_knows(string extension)
    {
        using var scope = NewDisposeScope();
        var labels = CocoClasses.ByRow;
        using var learned = Detector(labels);
        SafetensorsFile.Write(In("coco.safetensors"), StateDict.InOrder(learned));
        if (extension == ".pth")
        {
            DetectorImport.Run(In("coco.safetensors"), In("coco.pth"), labels);
        }

        using var begun = Detector(["Pedestrian", "Truck", "Car"]);
        var report = DetectorStart.Load(begun, ["Pedestrian", "Truck", "Car"], In("coco" + extension));

        var from = StateDict.InOrder(learned).ToDictionary();
        var to = StateDict.InOrder(begun).ToDictionary();
        Same(from[Predictor + "cls_score.weight"][8], to[Predictor + "cls_score.weight"][2], "truck");
        Same(from[Predictor + "cls_score.weight"][3], to[Predictor + "cls_score.weight"][3], "car");
        Same(from[Predictor + "bbox_pred.bias"][12..16], to[Predictor + "bbox_pred.bias"][12..16], "car");
        Same(from["rpn.head.cls_logits.weight"], to["rpn.head.cls_logits.weight"], "proposals");
        Assert.Equal(["Pedestrian"], report.New);
        Assert.Equal(78, report.Dropped.Count);
        Assert.Contains("person, bicycle, motorcycle", report.Lines().Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void COCO_has_eighty_classes_in_ninety_rows()
    {
        Assert.Equal(CocoClasses.Rows, CocoClasses.ByRow.Count + 1);
        Assert.Equal(80, CocoClasses.ByRow.Count(name => name.Length > 0));
        int[] rows = [1, 3, 13, 31, 90];
        Assert.Equal(["person", "car", "stop sign", "handbag", "toothbrush"], rows.Select(row => CocoClasses.ByRow[row - 1]));
    }

    [Fact]
    public void Another_architecture_and_a_file_that_does_not_name_its_classes_are_refused()
    {
        using var scope = NewDisposeScope();
        using var learned = Detector(["Car", "Van"]);
        SafetensorsFile.Write(In("nameless.safetensors"), StateDict.InOrder(learned));
        DetectorCheckpoint.Save(In("a.safetensors"), learned, ["Car", "Van"]);
        BackboneCheckpoint.Save(In("backbone.safetensors"), learned.Backbone.Body, learned.Options.Backbone);
        using var wider = new FasterRcnn(learned.Options with { FpnChannels = 16 });
        using var higher = new FasterRcnn(learned.Options with { BoxHeadChannels = 16 });

        string Refusal(FasterRcnn detector, string file) =>
            Assert.Throws<UserErrorException>(() => DetectorStart.Load(detector, ["Car", "Van"], In(file))).Message;

        Assert.Contains("of another architecture", Refusal(wider, "a.safetensors"));
        Assert.Contains("of another architecture", Refusal(higher, "a.safetensors"));
        Assert.Contains("it has 2 classes and does not name them", Refusal(learned, "nameless.safetensors"));
        Assert.Contains("import --weights", Refusal(learned, "nameless.safetensors"));
        Assert.Contains("with --backbone-weights", Refusal(learned, "backbone.safetensors"));
        Assert.Contains("there is no such file of weights", Refusal(learned, "none.safetensors"));
    }

    [Fact]
    public void Settings_under_which_the_weights_mean_something_else_are_told()
    {
        using var scope = NewDisposeScope();
        using var learned = Detector(["Car"]);
        DetectorCheckpoint.Save(In("a.safetensors"), learned, ["Car"]);
        using var begun = new FasterRcnn(learned.Options with { SwapRedAndBlue = true });

        var report = DetectorStart.Load(begun, ["Car"], In("a.safetensors"));

        Assert.Equal(
            "warning: the file's detector had other settings: swapRedAndBlue: it was false, now it is true",
            report.Lines().Last());
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static FasterRcnn Detector(IReadOnlyList<string> labels, bool isForAll = false, BatchNormMode norms = BatchNormMode.Frozen)
    {
        var detector = new FasterRcnn(new DetectorOptions
        {
            NumClasses = labels.Count + 1,
            Backbone = new ResNetOptions { Architecture = "resnet18", WidthMultiplier = 0.0625, BatchNorm = norms },
            FpnChannels = 8,
            BoxHeadChannels = 8,
            ClassAgnosticBoxes = isForAll,
        });
        using var _ = no_grad();
        foreach (var (name, value) in StateDict.InOrder(detector).Where(entry => entry.Key.Contains("running_", StringComparison.Ordinal)))
        {
            value.uniform_(0.5, 1.5);
        }

        return detector;
    }

    private static Dictionary<string, Tensor> Copy(FasterRcnn detector) =>
        StateDict.InOrder(detector).ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());

    private static void Same(Tensor expected, Tensor found, string what) => Assert.True(expected.eq(found).all().item<bool>(), what);

    private string In(string name) => Path.Combine(folder, name);
}
