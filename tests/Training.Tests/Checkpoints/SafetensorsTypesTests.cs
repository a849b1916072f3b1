using System.Text;
using Pipeline.Golden;
using Pipeline.Shared;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Checkpoints.Import;
using Pipeline.Training.Tests.Checkpoints.Import;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Checkpoints;

public sealed class SafetensorsTypesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("types").FullName;

    [Fact]
    public void C8_a_tensor_of_an_unsigned_type_beside_the_weights_is_walked_over_and_listed()
    {
        var report = BackboneImport.Run(FieldCases.Path("checkpoints/u32-beside.safetensors"), In("out.safetensors"));

        Assert.Equal(100, report.Mapped.Count);
        Assert.Equal("of type U32 [1]", report.Unread["step"]);
    }

    [Theory]
    [InlineData("U16", 8)]
    [InlineData("U32", 16)]
    [InlineData("U64", 32)]
    [InlineData("C64", 32)]
    [InlineData("F8_E5M2", 4)]
    [InlineData("F8_E4M3", 4)]
    [InlineData("F8_E8M0", 4)]
    [InlineData("F8_E4M3FNUZ", 4)]
    [InlineData("F8_E5M2FNUZ", 4)]
    [InlineData("F6_E2M3", 3)]
    [InlineData("F6_E3M2", 3)]
    [InlineData("F4", 2)]
    public void Every_type_of_the_format_is_walked_over_by_its_size(string type, int bytesOfFour)
    {
        using var scope = NewDisposeScope();
        var four = Entry("x", type, "2,2", 0, bytesOfFour);
        Write("a.safetensors", bytesOfFour + 1, four, Entry("y", "U8", "1", bytesOfFour, bytesOfFour + 1));

        using var content = SafetensorsFile.Read(In("a.safetensors"));

        Assert.Equal($"{type} [2, 2]", content.Unread["x"]);
        Assert.Equal(bytesOfFour, content.Tensors["y"].item<byte>());
        Write("b.safetensors", bytesOfFour + 1, Entry("x", type, "2,2", 0, bytesOfFour + 1));
        Assert.Throws<UserErrorException>(() => SafetensorsFile.Read(In("b.safetensors")));
    }

    [Theory]
    [InlineData("F4", 3, 1)]
    [InlineData("F4", 3, 2)]
    [InlineData("F6_E2M3", 3, 3)]
    public void Elements_that_do_not_fill_whole_bytes_are_refused(string type, int count, int bytes)
    {
        Write("a.safetensors", bytes, Entry("x", type, $"{count}", 0, bytes));

        Assert.Contains("whole bytes", Assert.Throws<UserErrorException>(() => SafetensorsFile.Read(In("a.safetensors"))).Message);
    }

    [Fact]
    public void A_needed_weight_of_a_type_that_is_not_read_is_refused_with_the_type()
    {
        using var scope = NewDisposeScope();
        var needed = Entry("conv1.weight", "F8_E4M3", "4,3,7,7", 0, 588);
        Write("a.safetensors", 589, needed, Entry("layer1.0.conv1.weight", "U8", "1", 588, 589));
        using var backbone = new ResNet(ForeignFile.Tiny);

        var import = Assert.Throws<UserErrorException>(() => BackboneImport.Run(In("a.safetensors"), In("out.safetensors")));
        var load = Assert.Throws<UserErrorException>(() => BackboneCheckpoint.LoadInto(backbone, In("a.safetensors")));

        Assert.Contains("F8_E4M3", import.Message);
        Assert.Contains("F8_E4M3", load.Message);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string Entry(string name, string type, string shape, int from, int to) =>
        $"\"{name}\":{{\"dtype\":\"{type}\",\"shape\":[{shape}],\"data_offsets\":[{from},{to}]}}";

    /// <summary>A header, and data whose bytes count from 0.</summary>
    private void Write(string name, int length, params string[] entries)
    {
        var header = Encoding.UTF8.GetBytes($"{{{string.Join(',', entries)}}}");
        byte[] data = [.. Enumerable.Range(0, length).Select(value => (byte)value)];
        File.WriteAllBytes(In(name), [.. BitConverter.GetBytes((long)header.Length), .. header, .. data]);
    }

    private string In(string name) => Path.Combine(folder, name);
}
