using System.Text;
using Pipeline.Shared;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Checkpoints.Import;
using Pipeline.Training.Detection.Checkpoints;

namespace Pipeline.Training.Tests.Checkpoints;

public sealed class SafetensorsHeaderTests : IDisposable
{
    private const string Good = "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}";
    private readonly string folder = Directory.CreateTempSubdirectory("header").FullName;

    [Theory]
    [InlineData("\"w\":[1]", "tensor 'w' is not an object")]
    [InlineData("\"w\":null", "tensor 'w' is not an object")]
    [InlineData("\"w\":{\"dtype\":3,\"shape\":[1],\"data_offsets\":[0,4]}", "tensor 'w' has a dtype that is not text")]
    [InlineData("\"w\":{\"dtype\":\"F9\",\"shape\":[1],\"data_offsets\":[0,4]}", "tensor 'w' has the unknown dtype 'F9'")]
    [InlineData("\"w\":{\"dtype\":\"F32\",\"shape\":\"4\",\"data_offsets\":[0,4]}", "tensor 'w' has shape that is not a list")]
    [InlineData("\"w\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}", "tensor 'w' has 1.0 in its shape")]
    [InlineData("\"w\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}", "tensor 'w' has -1 in its shape")]
    [InlineData("\"w\":{\"dtype\":\"F32\",\"shape\":[9223372036854775808],\"data_offsets\":[0,4]}", "tensor 'w' has 9223372036854775808")]
    [InlineData("\"w\":{\"dtype\":\"F32\",\"shape\":[1099511627776,1099511627776],\"data_offsets\":[0,4]}", "tensor 'w' has more elements")]
    [InlineData("\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}", "tensor 'w' has 1 data_offsets")]
    [InlineData("\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[\"0\",\"4\"]}", "tensor 'w' has \"0\" in its data_offsets")]
    [InlineData("\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}", "tensor 'w' ends at 0, before it begins at 4")]
    [InlineData("\"w\":{\"shape\":[1],\"data_offsets\":[0,4]}", "tensor 'w' has no dtype")]
    [InlineData("\"w\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}", "tensor 'w' has dtype twice")]
    [InlineData("\"w\":{\"dtype\":\"F4\",\"shape\":[1],\"data_offsets\":[0,4]}", "tensor 'w': [1] elements of F4 do not fill whole bytes")]
    [InlineData(Good + "," + Good, "'a' is there twice")]
    [InlineData("\"__metadata__\":[1]", "__metadata__ is not an object")]
    [InlineData("\"__metadata__\":{\"a\":1}", "metadata 'a' is not text")]
    [InlineData("'a':1", "not valid JSON at line 1, byte 2")]
    [InlineData("\"\\ud800\":1", "half a character")]
    [InlineData("\"\u00FF\":1", "not UTF-8 text at byte 2")]
    public void C8_a_broken_header_is_refused_in_plain_words_with_the_tensor(string header, string words)
    {
        Write(header);

        var message = Assert.Throws<UserErrorException>(() => SafetensorsFile.Read(In("a.safetensors"))).Message;

        Assert.Contains(words, message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"__metadata__\":{\"format\":\"pt\"}")]
    public void C8_a_file_without_tensors_is_refused_as_that(string header)
    {
        Write(header, data: 0);

        Assert.Contains("it holds no tensors", Refusal(() => BackboneImport.Run(In("a.safetensors"), In("out.safetensors"))));
        Assert.Contains("it holds no tensors", Refusal(() => BackboneCheckpoint.Load(In("a.safetensors"))));
        Assert.Contains("it holds no tensors", Refusal(() => DetectorCheckpoint.Load(In("a.safetensors"))));
    }

    [Fact]
    public void C8_metadata_that_is_null_is_none()
    {
        Write("\"__metadata__\":null," + Good);

        using var content = SafetensorsFile.Read(In("a.safetensors"));

        Assert.Empty(content.Metadata);
        Assert.Equal(["a"], content.Tensors.Keys);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string Refusal(Action action) => Assert.Throws<UserErrorException>(action).Message;

    private void Write(string entries, int data = 4)
    {
        var header = Encoding.Latin1.GetBytes($"{{{entries}}}");
        File.WriteAllBytes(In("a.safetensors"), [.. BitConverter.GetBytes((long)header.Length), .. header, .. new byte[data]]);
    }

    private string In(string name) => Path.Combine(folder, name);
}
