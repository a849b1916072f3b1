using System.IO.Compression;
using System.Text;
using Pipeline.Golden;
using Pipeline.Shared;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Checkpoints.Import;
using Pipeline.Training.Checkpoints.Pth;
using Pipeline.Training.Detection.Checkpoints;
using Pipeline.Training.Tests.Checkpoints.Import;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Checkpoints;

public sealed class FileContentTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("content").FullName;

    [Theory]
    [InlineData("html-error-page.pth", "an HTML page")]
    [InlineData("zero-bytes.pth", "an empty file")]
    public void C6_a_broken_download_is_named_as_what_it_is(string file, string what)
    {
        var path = FieldCases.Path($"checkpoints/{file}");
        foreach (var message in Refusals(path))
        {
            Assert.Contains(what, message);
            Assert.Contains("download it again", message);
        }
    }

    [Fact]
    public void C10_a_pytorch_file_is_read_by_import_and_named_elsewhere_whatever_its_name_ends_with()
    {
        using var scope = NewDisposeScope();
        using var backbone = new ResNet(ForeignFile.Tiny);
        foreach (var file in new[] { "pytorch-zip-named.safetensors", "backbone.ckpt" })
        {
            var path = FieldCases.Path($"checkpoints/{file}");
            Assert.Equal(100, BackboneImport.Run(path, In("out.safetensors")).Mapped.Count);
            var message = Assert.Throws<UserErrorException>(() => BackboneCheckpoint.LoadInto(backbone, path)).Message;
            Assert.Contains("PyTorch's format", message);
            Assert.Contains($"import --weights {path}", message);
        }
    }

    [Fact]
    public void Safetensors_are_read_whatever_the_name_ends_with()
    {
        var source = FieldCases.Path("checkpoints/control-plain.safetensors");
        foreach (var name in new[] { "a.pth", "a.bin", "a" })
        {
            File.Copy(source, In(name));
            Assert.Equal(100, BackboneImport.Run(In(name), In("out.safetensors")).Mapped.Count);
        }
    }

    [Theory]
    [InlineData("\r\n <HTML><body>404", "an HTML page")]
    [InlineData("\u00EF\u00BB\u00BF<!doctype html>", "an HTML page")]
    [InlineData("<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "an XML document")]
    [InlineData("<head><title>Sign in</title></head>", "an HTML page")]
    [InlineData("<BODY>Not Found", "an HTML page")]
    [InlineData("<title>503", "an HTML page")]
    [InlineData("<script>location='x'</script>", "an HTML page")]
    [InlineData("<!-- error -->", "an HTML page")]
    [InlineData("PK\u0005\u0006\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "an empty zip archive; download it again")]
    [InlineData("{\"error\": \"Repository not found\"}", "a JSON text")]
    [InlineData("Not Found", "a text")]
    [InlineData("Datei nicht gefunden: sch\u00C3\u00B6n", "a text")]
    [InlineData("\u00FF\u00FE<\0h\0t\0m\0l\0", "an HTML page")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "git lfs pull")]
    [InlineData("/annex/objects/MD5-s1--00\n", "git annex get")]
    [InlineData("\u001F\u008B\u0008\0\0\0\0\0", "gunzip")]
    [InlineData("BZh91AY&SY", "bunzip2")]
    [InlineData("\u00FD7zXZ\0", "unxz")]
    [InlineData("\u0028\u00B5\u002F\u00FD\0\0", "unzstd")]
    [InlineData("7z\u00BC\u00AF\u0027\u001C", "a 7-Zip archive")]
    [InlineData("\u0089HDF\r\n\u001A\n", "an HDF5 file")]
    [InlineData("\u0093NUMPY\u0001\0", "a NumPy array")]
    [InlineData("GGUF\u0003\0\0\0", "a GGUF file")]
    [InlineData("\u0008\u0007\u0012\u0007pytorch\u001A\u00032.0", "an ONNX model")]
    [InlineData("\u0089PNG\r\n\u001A\n", "a PNG image")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "a file of zeros")]
    public void What_is_no_weights_is_named_with_what_to_do(string content, string what)
    {
        foreach (var extension in new[] { ".pth", ".safetensors" })
        {
            File.WriteAllBytes(In("a" + extension), Encoding.Latin1.GetBytes(content));
            Assert.All(Refusals(In("a" + extension)), message => Assert.Contains(what, message));
        }
    }

    [Fact]
    public void A_tar_archive_and_a_zip_of_something_else_are_named()
    {
        var tar = new byte[1024];
        "weights.pth"u8.CopyTo(tar);
        "ustar"u8.CopyTo(tar.AsSpan(257));
        File.WriteAllBytes(In("a.pth.tar"), tar);
        Assert.Contains("a tar archive", Refusals(In("a.pth.tar"))[0]);

        using (var zip = ZipFile.Open(In("b.pth"), ZipArchiveMode.Create))
        {
            using var entry = zip.CreateEntry("weights/model.pth", CompressionLevel.NoCompression).Open();
            entry.Write("weights"u8);
        }

        Assert.Contains("unpack it", Assert.Throws<UserErrorException>(() => PthFile.Read(In("b.pth"))).Message);
    }

    [Fact]
    public void A_pickle_that_torch_save_did_not_write_is_told_apart()
    {
        File.WriteAllBytes(In("model.pkl"), [0x80, 4, (byte)'}', (byte)'.']);

        var refusal = Assert.Throws<UserErrorException>(() => BackboneImport.Run(In("model.pkl"), In("out.safetensors")));

        Assert.Contains("torch.save did not write it", refusal.Message);
    }

    [Fact]
    public void C6_a_cut_or_flipped_archive_is_to_be_downloaded_again()
    {
        using var scope = NewDisposeScope();
        PthWriter.Write(In("whole.pth"), ForeignFile.Weights());
        var whole = File.ReadAllBytes(In("whole.pth"));
        var flipped = (byte[])whole.Clone();
        flipped[whole.Length / 2] ^= 1;
        byte[][] broken = [whole[..2], whole[..4], whole[..40], whole[..^3000], whole[..^1], flipped];
        foreach (var bytes in broken)
        {
            File.WriteAllBytes(In("a.pth"), bytes);

            var message = Assert.Throws<UserErrorException>(() => BackboneImport.Run(In("a.pth"), In("out.safetensors"))).Message;

            Assert.Contains("download it again", message);
        }
    }

    [Fact]
    public void C6_an_archive_of_two_folders_is_to_be_unpacked()
    {
        using (var zip = ZipFile.Open(In("a.pth"), ZipArchiveMode.Create))
        {
            foreach (var name in new[] { "weights/model.pth", "__MACOSX/._model.pth" })
            {
                using var entry = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
                entry.Write("weights"u8);
            }
        }

        Assert.Contains("unpack it", Assert.Throws<UserErrorException>(() => PthFile.Read(In("a.pth"))).Message);
    }

    [Theory]
    [InlineData("\u0080\u0002}q\0(U\u0005modelq\u0001}q\u0002U\u0001aNsu.", "model (dictionary)")]
    [InlineData(
        "\u0080\u0002}(X\u0001\0\0\0wcnumpy.core.multiarray\n_reconstruct\n)RX\u0001\0\0\0nK\u0001u.",
        "w (NumPy array), n (number)")]
    [InlineData("\u0080\u0004\u0095\u0002\0\0\0\0\0\0\0}.", "an empty dictionary")]
    [InlineData("\u0080\u0004]\u0094.", "a list")]
    [InlineData("(dp0\nVmodel\np1\nI1\ns.", "model (number)")]
    [InlineData("}q\0X\u0001\0\0\0aq\u0001K\u0001s.", "a (number)")]
    public void C6_a_plain_pickle_is_named_everywhere_with_what_it_has_at_the_top(string pickle, string top)
    {
        File.WriteAllBytes(In("a.pkl"), Encoding.Latin1.GetBytes(pickle));

        var expected = $"this is a Python pickle, and torch.save did not write it (at the top: {top})";
        Assert.All(Refusals(In("a.pkl")), message => Assert.Contains(expected, message));
    }

    [Theory]
    [InlineData("\u0080\u0002cos\nsystem\n(U\u0004truetR.")]
    [InlineData("\u0080\u0003}q\0X\u0001\0\0\0aq\u0001B\u00FF\u00FF\0\0cut")]
    public void C6_a_plain_pickle_that_cannot_be_looked_into_is_named_all_the_same(string pickle)
    {
        File.WriteAllBytes(In("a.pkl"), Encoding.Latin1.GetBytes(pickle));

        Assert.All(Refusals(In("a.pkl")), message => Assert.Contains("a Python pickle, and torch.save did not write it;", message));
    }

    [Theory]
    [InlineData("\u0080\u0002\u008A\nl\u00FC\u009CF\u00F9 j\u00A8P\u0019.")]
    [InlineData("\u0080\u0004\u0095\r\0\0\0\0\0\0\0\u008A\nl\u00FC\u009CF\u00F9 j\u00A8P\u0019.")]
    [InlineData("\u0080\u0002\u008A\nl\u00FC")]
    [InlineData("L119547037146038801333356L\n.")]
    public void C6_a_pickle_with_pytorch_s_number_that_ends_early_is_cut_off(string start)
    {
        File.WriteAllBytes(In("a.pth"), Encoding.Latin1.GetBytes(start));

        Assert.Contains("cut off", Refusals(In("a.pth"))[0]);
        Assert.Contains("PyTorch's format", Refusals(In("a.pth"))[1]);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>What import and the readers of our own files say.</summary>
    private string[] Refusals(string path) =>
    [
        Assert.Throws<UserErrorException>(() => BackboneImport.Run(path, In("out.safetensors"))).Message,
        Assert.Throws<UserErrorException>(() => DetectorCheckpoint.Load(path)).Message,
        Assert.Throws<UserErrorException>(() => BackboneCheckpoint.Load(path)).Message,
    ];

    private string In(string name) => Path.Combine(folder, name);
}
