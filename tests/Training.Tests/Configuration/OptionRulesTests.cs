using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Pipeline.Golden;
using Pipeline.Shared;
using Pipeline.Shared.Configuration;
using Pipeline.Training.Augmentation;
using Pipeline.Training.Backbones;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Training;

namespace Pipeline.Training.Tests.Configuration;

/// <summary>Settings as people mistype them; ids are those of <c>tests/FieldCases/README.md</c>.</summary>
public sealed class OptionRulesTests : IDisposable
{
    private static readonly Type[] Records =
    [
        typeof(FinetuneOptions), typeof(RunLength), typeof(PretrainOptions), typeof(DetectorOptions), typeof(ResNetOptions),
        typeof(ContrastiveOptions), typeof(ViewOptions), typeof(JigsawOptions),
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("rules").FullName;

    [Fact]
    public void R3_every_number_and_every_list_of_numbers_has_its_bounds()
    {
        string[] without =
        [
            .. from record in Records
               from property in record.GetProperties()
               where property.CanWrite && !IsBounded(property)
               select $"{record.Name}.{property.Name}",
        ];

        Assert.Empty(without);
    }

    [Theory]
    [InlineData("""{"detector":{"anchorSizes":[[16],[32]]}}""", "detector.anchorSizes", "a list of 5")]
    [InlineData("""{"detector":{"anchorSizes":[]}}""", "detector.anchorSizes", "a list of 5")]
    [InlineData("""{"detector":{"anchorSizes":[[8],[16],[32],[64],[]]}}""", "detector.anchorSizes", "the same number of sizes")]
    [InlineData("""{"detector":{"anchorSizes":[[8],[16],[32],[64],[-1]]}}""", "detector.anchorSizes", "from 1 to")]
    [InlineData("""{"detector":{"anchorSizes":[[8],[16],[32],[64],null]}}""", "detector.anchorSizes", "from 1 to")]
    [InlineData("""{"detector":{"anchorStrides":[4,8]}}""", "detector.anchorStrides", "a list of 5")]
    [InlineData("""{"detector":{"aspectRatios":[]}}""", "detector.aspectRatios", "a list of 1 to")]
    [InlineData("""{"detector":{"aspectRatios":[0]}}""", "detector.aspectRatios", "from 0.01")]
    [InlineData("""{"detector":{"imageMean":[0.5]}}""", "detector.imageMean", "a list of 3")]
    [InlineData("""{"detector":{"imageStd":[1,1,0]}}""", "detector.imageStd", "from 1E-06")]
    [InlineData("""{"detector":{"bboxRegWeights":[10,10,5,0]}}""", "detector.bboxRegWeights", "from 1E-06")]
    [InlineData("""{"detector":{"bboxRegWeights":[10,10,5]}}""", "detector.bboxRegWeights", "a list of 4")]
    [InlineData("""{"detector":{"fpnChannels":-1}}""", "detector.fpnChannels", "from 1 to 8192")]
    [InlineData("""{"detector":{"minSizePixels":900,"maxSizePixels":300}}""", "detector.minSizePixels", "longer than maxSizePixels")]
    [InlineData("""{"detector":{"rpnNmsThresh":1.4}}""", "detector.rpnNmsThresh", "from 0 to 1")]
    [InlineData("""{"detector":{"rpnBgIouThresh":0.8}}""", "detector.rpnBgIouThresh", "above rpnFgIouThresh")]
    [InlineData("""{"detector":{"backbone":{"architecture":"resnet152"}}}""", "detector.backbone.architecture", "one of resnet18")]
    [InlineData("""{"detector":{"backbone":{"widthMultiplier":0}}}""", "detector.backbone.widthMultiplier", "from 0.01 to 8")]
    [InlineData("""{"detector":null}""", "detector", "null")]
    [InlineData("""{"detector":{"backbone":null}}""", "detector.backbone", "null")]
    [InlineData("""{"labels":null}""", "labels", "null")]
    [InlineData("""{"labels":["Car","Car"]}""", "labels", "named twice")]
    [InlineData("""{"labels":["Car",null]}""", "labels", "needs a name")]
    [InlineData("""{"milestones":[-3]}""", "milestones", "from 0 to")]
    [InlineData("""{"milestones":[10]}""", "milestones", "10 is at or after the end of 10 epochs")]
    [InlineData("""{"epochs":9,"milestones":[3,9]}""", "milestones", "9 is at or after the end of 9 epochs")]
    [InlineData("""{"iterations":500,"milestones":[300,501]}""", "milestones", "501 is at or after the end of 500 steps")]
    [InlineData("""{"milestones":[5],"milestonesFor":{"iterations":5}}""", "milestones", "5 is at or after the end of 5 steps")]
    [InlineData("""{"warmupFor":{"epochs":5,"iterations":9}}""", "warmupFor.epochs", "either in epochs or in iterations")]
    [InlineData("""{"milestonesFor":{}}""", "milestonesFor.epochs", "either in epochs or in iterations")]
    [InlineData("""{"aspectRatioGroupFactor":-1}""", "aspectRatioGroupFactor", "from 0 to 100")]
    [InlineData("""{"weightDecay":1.4}""", "weightDecay", "from 0 to 1")]
    [InlineData("""{"weightDecay":-0.4}""", "weightDecay", "from 0 to 1")]
    [InlineData("""{"learningRate":1e999}""", "learningRate", "")]
    [InlineData("""{"epochs":2.5}""", "epochs", "has the wrong type")]
    [InlineData("""{"batchSize":2,"microBatches":3}""", "microBatches", "more than the 2 images")]
    [InlineData("""{"device":"gpu"}""", "device", "one of cpu, cuda")]
    [InlineData("""{"epochs":3,"Epochs":4}""", "epochs", "given twice")]
    [InlineData("""{"data":""}""", "data", "the text is empty")]
    [InlineData("""{"labels":"Car"}""", "labels", "a list in brackets, each a text in quotes")]
    [InlineData("""{"precision":"half"}""", "precision", "one of float32, bFloat16, float16")]
    [InlineData("""{"seed":1e3}""", "seed", "must be a whole number")]
    [InlineData("""{"labels":["Car"],"labelMap":{"Car":"Car"}}""", "labelMap", "cannot become")]
    [InlineData("""{"trainList":""}""", "trainList", "the text is empty")]
    [InlineData("""{"trainList":"a\u0000b"}""", "trainList", "null character")]
    [InlineData("""{"precision":7}""", "precision", "has the wrong type")]
    public void R3_a_setting_out_of_its_bounds_is_refused_with_file_line_key_and_reason(string json, string key, string reason)
    {
        var file = Write("{\n\n" + json[1..]);

        var refusal = Assert.ThrowsAny<UserErrorException>(() => Finetune().File(file).Build()).Message;

        Assert.StartsWith($"{file}:3: {key}", refusal);
        Assert.Contains(reason, refusal);
    }

    [Theory]
    [InlineData("""{"contrastive":{"queueSize":16}}""", "contrastive.queueSize", "fewer than a batch")]
    [InlineData("""{"microBatches":40}""", "microBatches", "more than the 32 images")]
    [InlineData("""{"contrastive":{"keySubBatches":65}}""", "contrastive.keySubBatches", "from 1 to 64")]
    [InlineData("""{"contrastive":{"temperature":0}}""", "contrastive.temperature", "from 0.001 to 10")]
    [InlineData("""{"patches":{"cropSizePixels":96,"patchSizePixels":40}}""", "patches.patchSizePixels", "a third of cropSizePixels")]
    [InlineData("""{"views":{"minScale":2}}""", "views.minScale", "from 0.01 to 1")]
    [InlineData("""{"views":{"jitterHue":0.7}}""", "views.jitterHue", "from 0 to 0.5")]
    [InlineData("""{"precision":"float8"}""", "precision", "one of float32, bFloat16, float16")]
    public void R3_the_same_for_pretrain(string json, string key, string reason)
    {
        var file = Write(json);

        var refusal = Assert.ThrowsAny<UserErrorException>(() => Pretrain().File(file).Build()).Message;

        Assert.StartsWith($"{file}:1: {key}", refusal);
        Assert.Contains(reason, refusal);
    }

    [Theory]
    [InlineData("0,001"), InlineData("NaN"), InlineData("1e999"), InlineData("Infinity")]
    [InlineData("-1"), InlineData("1,000"), InlineData(""), InlineData("fast")]
    public void N1_what_is_no_number_in_the_range_is_refused_on_the_command_line_and_in_the_environment(string text) =>
        EachCulture.Run(() =>
    {
        var setting = SettingPath.Find(typeof(FinetuneOptions), "", ["learningRate"]);
        var typed = Assert.ThrowsAny<UserErrorException>(() => Finetune().Typed("--learning-rate", setting, [text])).Message;
        var environment = new Hashtable { ["PIPELINE__LEARNINGRATE"] = text };
        var variable = Assert.ThrowsAny<UserErrorException>(() => Finetune().Environment(environment)).Message;

        Assert.Equal($"--learning-rate: '{text}' is not a number from 1E-08 to 10.", typed);
        Assert.Equal($"PIPELINE__LEARNINGRATE: '{text}' is not a number from 1E-08 to 10.", variable);
    });

    [Fact]
    public void N1_what_is_a_number_is_the_same_in_every_culture() => EachCulture.Run(() =>
    {
        var setting = SettingPath.Find(typeof(FinetuneOptions), "", ["learningRate"]);

        Assert.Equal(0.125, Finetune().Typed("--learning-rate", setting, ["0.125"]).Build().LearningRate);
        Assert.Equal(0.25, Finetune().Environment(new Hashtable { ["pipeline__learningrate"] = "2.5e-1" }).Build().LearningRate);
    });

    [Theory]
    [InlineData("PIPELINE__EPOCHS", "1,000", "a whole number from 1 to 10000")]
    [InlineData("PIPELINE__EPOCHS", "2.0", "a whole number from 1 to 10000")]
    [InlineData("PIPELINE__HORIZONTALFLIP", "yes", "neither true nor false")]
    [InlineData("PIPELINE__MILESTONES", "3,5", "not JSON, as [1, 2]")]
    [InlineData("PIPELINE__DETECTOR", "{}", "set them one by one")]
    [InlineData("PIPELINE__EPOCHS__MORE", "1", "there is no such setting")]
    [InlineData("PIPELINE__", "1", "there is no such setting")]
    public void N1_a_variable_is_refused_by_its_name(string variable, string text, string reason)
    {
        var environment = new Hashtable { [variable] = text };
        var refusal = Assert.ThrowsAny<UserErrorException>(() => Finetune().Environment(environment).Build()).Message;

        Assert.StartsWith(variable, refusal);
        Assert.Contains(reason, refusal);
    }

    [Fact]
    public void N1_every_number_can_be_set_by_a_variable_at_both_ends_of_its_range()
    {
        var properties = typeof(FinetuneOptions).GetProperties();
        foreach (var property in properties.Where(property => property.GetCustomAttribute<RangeAttribute>() is not null))
        {
            var setting = SettingPath.Find(typeof(FinetuneOptions), "", [property.Name]);
            foreach (var end in new[] { setting.Range!.Minimum, setting.Range.Maximum })
            {
                var isWhole = setting.Type != typeof(double);
                var text = isWhole
                    ? Convert.ToInt64(end, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)
                    : Convert.ToString(end, CultureInfo.InvariantCulture)!;
                Assert.NotNull(TypedSetting.Read(property.Name, setting, text));
            }
        }
    }

    [Fact]
    public void R3_a_name_that_is_mapped_twice_is_refused_and_no_type_name_is_shown()
    {
        var twice = Assert.ThrowsAny<UserErrorException>(
            () => Finetune().File(Write("""{"labelMap":{"Van":"Car","Van":"Truck"}}"""))).Message;
        Assert.Contains("config.json:1: labelMap: 'Van' appears twice", twice);

        var file = Finetune().File(Write("""{"detector":[]}"""));
        var replaced = Assert.ThrowsAny<UserErrorException>(
            () => file.Environment(new Hashtable { ["PIPELINE__DETECTOR__FPNCHANNELS"] = "8" })).Message;
        Assert.Contains("config.json:1: detector: the value has the wrong type; it must be settings in braces", replaced);

        var both = new Hashtable { ["PIPELINE__learningrate"] = "0.5", ["PIPELINE__LEARNINGRATE"] = "0.25" };
        Assert.Contains("keep one", Assert.ThrowsAny<UserErrorException>(() => Finetune().Environment(both)).Message);
    }

    [Fact]
    public void A_variable_whose_setting_is_text_may_look_like_a_number() =>
        Assert.Equal("2024", Finetune().Environment(new Hashtable { ["PIPELINE__DATA"] = "2024" }).Build().Data);

    [Fact]
    public void N1_a_wrong_number_of_a_list_is_named()
    {
        var setting = SettingPath.Find(typeof(FinetuneOptions), "", ["milestones"]);

        Assert.Equal([3, 5], Finetune().Typed("--milestones", setting, ["3", "5"]).Build().Milestones);
        var refusal = Assert.Throws<UserErrorException>(() => Finetune().Typed("--milestones", setting, ["3", "5,5"]));
        Assert.Contains("--milestones: '5,5' is not a whole number", refusal.Message);
    }

    [Fact]
    public void What_a_setting_of_the_command_line_breaks_is_told_by_the_option() =>
        Assert.StartsWith(
            "--micro-batches: microBatches: 9 parts",
            Assert.ThrowsAny<UserErrorException>(() => Finetune().Option("--micro-batches", "microBatches", 9).Build()).Message);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static bool IsBounded(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (type == typeof(int) || type == typeof(long) || type == typeof(double))
        {
            return property.GetCustomAttribute<RangeAttribute>() is not null;
        }

        var isList = type != typeof(string) && typeof(IEnumerable).IsAssignableFrom(type);
        var holdsNumbers = isList
            && $"{type}".Contains("Int32", StringComparison.Ordinal) | $"{type}".Contains("Double", StringComparison.Ordinal);
        return !holdsNumbers
            || (property.GetCustomAttribute<ElementsAttribute>() is not null && property.GetCustomAttribute<LengthAttribute>() is not null);
    }

    private static LayeredConfiguration<FinetuneOptions> Finetune() =>
        new LayeredConfiguration<FinetuneOptions>().Preset("finetune", "small").Option("test", "data", "d").Option("test", "output", "o");

    private static LayeredConfiguration<PretrainOptions> Pretrain() =>
        new LayeredConfiguration<PretrainOptions>().Preset("pretrain", "small").Option("test", "images", "d").Option("test", "output", "o");

    private string Write(string text)
    {
        var path = Path.Combine(folder, "config.json");
        File.WriteAllText(path, text);
        return path;
    }
}
