using Pipeline.Golden;
using Pipeline.Shared;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Checkpoints.Import;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Checkpoints.Import;

public sealed class ForeignObjectsTests : IDisposable
{
    /// <summary>A tensor of one element in the first storage of 588.</summary>
    private const string Tensor =
        "ctorch._utils\n_rebuild_tensor_v2\n((X\a\0\0\0storagectorch\nFloatStorage\nX\u0001\0\0\0" + "0X\u0003\0\0\0cpuM\u004c\u0002tQ"
        + "K\0K\u0001\u0085K\u0001\u0085\u0089}tR";

    private readonly string folder = Directory.CreateTempSubdirectory("foreign").FullName;

    [Fact]
    public void C1_torchvision_reference_training_is_read_and_what_lies_beside_the_weights_is_listed()
    {
        var report = Import(Case("torchvision-reference-model_3.pth"));

        Assert.Equal(100, report.Mapped.Count);
        Assert.Equal(["argparse.Namespace", "collections.Counter"], report.Foreign);
        Assert.Equal(["optimizer", "lr_scheduler", "args (argparse.Namespace)", "epoch"], report.Beside);
    }

    [Theory]
    [InlineData("multisteplr-counter.pth", "collections.Counter")]
    [InlineData("lightning-attributedict.ckpt", "pytorch_lightning.utilities.parsing.AttributeDict")]
    [InlineData("set.pth", "__builtin__.set")]
    public void C2_one_foreign_value_beside_the_weights_is_read_past(string file, string foreign)
    {
        var report = Import(Case(file));

        Assert.Equal(100, report.Mapped.Count);
        Assert.Equal([foreign], report.Foreign);
    }

    [Theory]
    [InlineData("a set", "(K\u0001K\u0002\u0091", "")]
    [InlineData("a growing set", "\u008f(K\u0001\u0090", "")]
    [InlineData("a Namespace with state", "cargparse\nNamespace\n)\u0081}X\u0002\0\0\0lrK\u0001sb", "argparse.Namespace")]
    [InlineData("a keyword call", "cproject.data\nConfig\n)}\u0092", "project.data.Config")]
    [InlineData("an old instance", "(iproject.data\nConfig\n}b", "project.data.Config")]
    [InlineData("an old object", "(cproject.data\nConfig\nK\u0001o", "project.data.Config")]
    [InlineData("a dictionary of another kind", "cyacs.config\nCfgNode\n)\u0081(X\u0001\0\0\0aK\u0001u}b", "yacs.config.CfgNode")]
    [InlineData("a list of another kind", "cmmengine.logging\nHistory\n)\u0081(K\u0001K\u0002e", "mmengine.logging.History")]
    [InlineData(
        "a default dictionary",
        "ccollections\ndefaultdict\n(cbuiltins\nlist\ntR(X\u0001\0\0\0aK\u0001u",
        "builtins.list collections.defaultdict")]
    [InlineData(
        "a numpy scalar",
        "cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n(U\u0002f8I0\nI1\ntRU\u000812345678tR",
        "numpy.core.multiarray.scalar numpy.dtype")]
    [InlineData("an encoded text", "c_codecs\nencode\n(X\u0001\0\0\0aX\u0006\0\0\0latin1tR", "_codecs.encode")]
    [InlineData("a device", "ctorch\ndevice\n(X\u0003\0\0\0cputR", "torch.device")]
    [InlineData("a size", "ctorch\nSize\n((K\u0001K\u0002ttR", "torch.Size")]
    [InlineData("a dtype", "ctorch\nfloat32\n", "torch.float32")]
    [InlineData("a path", "cpathlib\nPosixPath\n(X\u0001\0\0\0atR", "pathlib.PosixPath")]
    [InlineData("a member of an enumeration", "cproject\nMode\n(K\u0001tR", "project.Mode")]
    [InlineData("a member as Python 3.11 writes it", "cbuiltins\ngetattr\n(cproject\nMode\nX\u0003\0\0\0REDtR", "project.Mode")]
    [InlineData(
        "an object as protocol 1 writes it",
        "ccopy_reg\n_reconstructor\n(cproject\nThing\nc__builtin__\nobject\nNtR}b",
        "__builtin__.object copy_reg._reconstructor project.Thing")]
    [InlineData("a nested class", "\u008c\u0007project\u008c\u000bOuter.Inner\u0093)\u0081", "project.Outer.Inner")]
    [InlineData("a whole module", "ctorch.nn.modules.linear\nLinear\n)\u0081}b", "torch.nn.modules.linear.Linear")]
    [InlineData("keys of every kind", "}(NK\u0001K\u0001K\u0002\u0086K\u0003cproject\nMode\n(K\u0001tRK\u0004u", "project.Mode")]
    [InlineData("bytes", "\u008e\u0003\0\0\0\0\0\0\0abc", "")]
    [InlineData("a byte array", "\u0096\u0003\0\0\0\0\0\0\0abc", "")]
    [InlineData("text of protocol 0", "S'a'\n", "")]
    public void Objects_beside_the_weights_are_read_past_and_listed(string what, string opcodes, string foreign)
    {
        using var scope = NewDisposeScope();
        ForeignFile.Write(In("a.pth"), ForeignFile.Weights(), opcodes);

        var report = Import(In("a.pth"));

        Assert.True(report.Mapped.Count == 100, what);
        Assert.Equal(foreign, string.Join(' ', report.Foreign));
        Assert.StartsWith("beside", Assert.Single(report.Beside));
    }

    [Theory]
    [InlineData("cposix\nsystem\n(U\u0004truetR", "posix.system")]
    [InlineData("cos\nsystem\n", "os.system")]
    [InlineData("csubprocess\nPopen\n)\u0081", "subprocess.Popen")]
    [InlineData("c_posixsubprocess\nfork_exec\n", "_posixsubprocess.fork_exec")]
    [InlineData("cbuiltins\neval\n(U\u00011tR", "builtins.eval")]
    [InlineData("c__builtin__\nopen\n", "__builtin__.open")]
    [InlineData("cbuiltins\nprint\n", "builtins.print")]
    [InlineData("cbuiltins\ngetattr\n(cproject\nMode\nU\u0008__init__tR", "builtins.getattr")]
    [InlineData("cbuiltins\ngetattr\n(U\u0001aU\u0005uppertR", "builtins.getattr")]
    [InlineData("cbuiltins\ngetattr\n", "builtins.getattr")]
    [InlineData("cbuiltins\ngetattr\n(cbuiltins\n__import__\n(U\u0002ostRU\u0006systemtR", "builtins.__import__")]
    [InlineData("ctorch\nload\n", "torch.load")]
    [InlineData("ctorch.hub\nlist\n", "torch.hub.list")]
    [InlineData("ctorch.storage\n_load_from_bytes\n", "torch.storage._load_from_bytes")]
    [InlineData("ctorch.fx.graph_module\nreduce_graph_module\n", "torch.fx.graph_module.reduce_graph_module")]
    [InlineData("cnumpy\nload\n", "numpy.load")]
    [InlineData("cfunctools\npartial\n", "functools.partial")]
    [InlineData("c_operator\nmethodcaller\n", "_operator.methodcaller")]
    [InlineData("ctypes\nFunctionType\n", "types.FunctionType")]
    [InlineData("ctypes\nCodeType\n", "types.CodeType")]
    [InlineData("ccode\nInteractiveInterpreter\n)R", "code.InteractiveInterpreter")]
    [InlineData("ccode\ninteract\n", "code.interact")]
    [InlineData("cprofile\nrun\n", "profile.run")]
    [InlineData("cprofile\n_Utils\n", "profile._Utils")]
    [InlineData("ctrace\nTrace\n", "trace.Trace")]
    [InlineData("ctrace\nCoverageResults\n", "trace.CoverageResults")]
    [InlineData("csite\naddsitedir\n", "site.addsitedir")]
    [InlineData("cplatform\npopen\n", "platform.popen")]
    [InlineData("cplatform\n_syscmd_file\n", "platform._syscmd_file")]
    [InlineData("ccommands\ngetstatus\n", "commands.getstatus")]
    [InlineData("\u008c\u0007project\u008c\u000dcode.interact\u0093", "project.code.interact")]
    [InlineData("\u008c\u0004code\u008c\u0024InteractiveInterpreter.runsource.run\u0093", "code.InteractiveInterpreter")]
    [InlineData("cdill._dill\n_create_function\n", "dill._dill._create_function")]
    [InlineData("casyncio.subprocess\ncreate_subprocess_shell\n", "asyncio.subprocess.create_subprocess_shell")]
    [InlineData("(U\u0004trueios\nsystem\n", "os.system")]
    [InlineData("\u008c\u0007project\u008c\tos.system\u0093", "project.os.system")]
    [InlineData("\u008c\u0007project\u008c\u0011f.__globals__.get\u0093", "project.f.__globals__.get")]
    [InlineData("\u0082\u0001", "0x82")]
    public void A_name_that_reaches_for_code_is_refused_with_it(string opcodes, string name)
    {
        using var scope = NewDisposeScope();
        ForeignFile.Write(In("a.pth"), ForeignFile.Weights(), opcodes);

        Assert.Contains(name, Assert.Throws<UserErrorException>(() => Import(In("a.pth"))).Message);
        Assert.False(File.Exists(In("out.safetensors")));
    }

    [Theory]
    [InlineData("ctorch._utils\n_rebuild_sparse_tensor\n)R", "torch._utils._rebuild_sparse_tensor")]
    [InlineData("ctorch._utils\n_rebuild_qtensor\n)R", "torch._utils._rebuild_qtensor")]
    [InlineData("ctorch._tensor\n_rebuild_from_type_v2\n)R", "torch._tensor._rebuild_from_type_v2")]
    [InlineData("cnumpy.core.multiarray\n_reconstruct\n)R", "numpy.core.multiarray._reconstruct")]
    [InlineData("cproject.weights\nmake\n)R", "project.weights.make")]
    [InlineData(
        "ctorch._utils\n_rebuild_tensor_v2\n(cproject.weights\nmake\n)RK\0K\u0001\u0085K\u0001\u0085\u0089}tR",
        "project.weights.make")]
    [InlineData("ctorch._utils\n_rebuild_parameter\n(cproject.weights\nmake\n)R\u0089}tR", "project.weights.make")]
    public void A_weight_that_only_a_call_would_give_is_refused_with_the_callable(string opcodes, string callable)
    {
        using var scope = NewDisposeScope();
        ForeignFile.WriteAmong(In("a.pth"), ForeignFile.Weights(), "conv1.weight", opcodes);

        Assert.Contains(callable, Assert.Throws<UserErrorException>(() => Import(In("a.pth"))).Message);
    }

    [Theory]
    [InlineData("ctorch._utils\n_rebuild_sparse_tensor\n)R", "torch._utils._rebuild_sparse_tensor")]
    [InlineData("ctorch._tensor\n_rebuild_from_type_v2\n)R", "torch._tensor._rebuild_from_type_v2")]
    [InlineData("ctorch._utils\n_rebuild_device_tensor_from_numpy\n)R", "torch._utils._rebuild_device_tensor_from_numpy")]
    [InlineData("ctorch._utils\n_rebuild_parameter\n(ctorch._utils\n_rebuild_qtensor\n)R\u0089}tR", "torch._utils._rebuild_qtensor")]
    public void C2_a_tensor_among_the_weights_that_is_not_needed_is_read_past_and_listed(string opcodes, string callable)
    {
        using var scope = NewDisposeScope();
        ForeignFile.WriteAmong(In("a.pth"), ForeignFile.Weights(), "head.scale", opcodes);
        var among = Import(In("a.pth"));
        ForeignFile.Write(In("b.pth"), ForeignFile.Weights(), opcodes);

        Assert.Equal($"made by Python's {callable}", among.Unread["head.scale"]);
        Assert.Equal([$"beside ({callable})"], Import(In("b.pth")).Beside);
    }

    [Fact]
    public void C2_a_quantised_tensor_with_its_storage_is_read_past()
    {
        using var scope = NewDisposeScope();
        var weights = ForeignFile.Weights();
        weights["head.scale"] = ones(4).to(int8);
        ForeignFile.WriteQuantised(In("a.pth"), weights);

        Assert.Equal(["head.scale"], Import(In("a.pth")).Unread.Keys);
    }

    [Theory]
    [InlineData("profile", "Config")]
    [InlineData("profile.settings", "Config")]
    [InlineData("code.configs", "Settings")]
    [InlineData("types", "Batch")]
    [InlineData("trace.log", "Event")]
    [InlineData("site", "Camera")]
    [InlineData("platform", "uname_result")]
    [InlineData("commands.train", "Options")]
    public void C2_a_project_whose_module_is_called_as_one_of_python_s_is_read_past(string module, string name)
    {
        using var scope = NewDisposeScope();
        ForeignFile.Write(In("a.pth"), ForeignFile.Weights(), $"c{module}\n{name}\n)\u0081}}b");

        Assert.Equal([$"{module}.{name}"], Import(In("a.pth")).Foreign);
    }

    [Fact]
    public void An_object_among_the_weights_that_is_no_weight_is_listed()
    {
        using var scope = NewDisposeScope();
        ForeignFile.WriteAmong(In("a.pth"), ForeignFile.Weights(), "_extra_state", "cproject\nState\n)\u0081");

        Assert.Equal(["_extra_state"], Import(In("a.pth")).Unread.Keys);
    }

    [Fact]
    public void Weights_in_a_dictionary_of_another_kind_are_read()
    {
        using var scope = NewDisposeScope();
        var model = $"cproject\nWeights\n)R(X\u0007\0\0\0surface{Tensor}u";
        ForeignFile.Write(In("a.pth"), ForeignFile.Weights(), $"cproject\nConfig\n)\u0081(X\u0005\0\0\0model{model}u");

        using var weights = ForeignWeights.Read(In("a.pth"));

        Assert.Equal(["state_dict", "beside.model"], weights.Dictionaries.Select(dictionary => dictionary.Path));
    }

    [Fact]
    public void A_whole_model_is_refused_with_its_class_and_the_way_to_save_weights()
    {
        using var scope = NewDisposeScope();
        var message = Assert.Throws<UserErrorException>(
            () => Import(GoldenFolder.CommittedFile("checkpoints/whole_module_zip.pth"))).Message;

        Assert.Contains("torch.nn.modules.linear.Linear", message);
        Assert.Contains("state_dict()", message);
    }

    [Fact]
    public void Tensors_that_name_their_own_type_are_read_from_untyped_storages()
    {
        using var scope = NewDisposeScope();
        var weights = ForeignFile.Weights();
        weights["conv1.weight"] = weights["conv1.weight"].to(float16);
        ForeignFile.WriteUntyped(In("a.pth"), weights, "HalfStorage", "float16");

        Import(In("a.pth"));

        using var content = SafetensorsFile.Read(In("out.safetensors"));
        Assert.True(content.Tensors["conv1.weight"].Equals(weights["conv1.weight"].to(float32)));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string Case(string file) => FieldCases.Path($"checkpoints/{file}");

    private ImportReport Import(string path) => BackboneImport.Run(path, In("out.safetensors"));

    private string In(string name) => Path.Combine(folder, name);
}
