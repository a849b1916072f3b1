using System.Text.Json;
using Pipeline.Golden;
using Pipeline.Shared;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Checkpoints.Pth;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Checkpoints;

public sealed class CheckpointGoldenTests
{
    [Theory(SkipTestWithoutData = true), GoldenData("checkpoints", "good")]
    public void Good_files_give_every_tensor_byte_for_byte(string name)
    {
        foreach (var file in GoldenCase.Load(name).Expected.GetProperty("files").EnumerateArray())
        {
            using var scope = NewDisposeScope();
            var path = Path.Combine(GoldenFolder.Root, "checkpoints", file.GetProperty("file").GetString()!);
            if (file.GetProperty("container").GetString() == "safetensors")
            {
                using var content = SafetensorsFile.Read(path);
                Assert.Equal(file.GetProperty("tensors").GetArrayLength(), content.Tensors.Count);
                foreach (var tensor in file.GetProperty("tensors").EnumerateArray())
                {
                    Equal(path, tensor, content.Tensors[tensor.GetProperty("path")[0].GetString()!]);
                }

                Assert.Equal(
                    file.GetProperty("metadata").EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString()!),
                    content.Metadata.ToDictionary(entry => entry.Key, entry => entry.Value));
                continue;
            }

            using var pth = PthFile.Read(path);
            foreach (var tensor in file.GetProperty("tensors").EnumerateArray())
            {
                var found = Assert.IsType<PickleTensor>(Find(pth.Root, tensor.GetProperty("path")));
                Assert.Equal(tensor.GetProperty("parameter").GetBoolean(), found.IsParameter);
                Assert.Equal(tensor.GetProperty("requires_grad").GetBoolean(), found.RequiresGrad);
                Equal(path, tensor, pth.View(found));
            }

            foreach (var value in file.GetProperty("values").EnumerateArray())
            {
                EqualValue(value, Find(pth.Root, value.GetProperty("path")));
            }
        }
    }

    [Theory(SkipTestWithoutData = true), GoldenData("checkpoints", "refuse")]
    public void Hostile_files_are_refused_and_leave_nothing_behind(string name)
    {
        var before = Directory.GetFileSystemEntries(Environment.CurrentDirectory);
        foreach (var file in GoldenCase.Load(name).Expected.GetProperty("files").EnumerateArray())
        {
            var path = Path.Combine(GoldenFolder.Root, "checkpoints", file.GetProperty("file").GetString()!);
            var start = GC.GetAllocatedBytesForCurrentThread();
            var refusal = Record.Exception(() =>
            {
                using IDisposable content = file.GetProperty("container").GetString() == "safetensors"
                    ? SafetensorsFile.Read(path)
                    : PthFile.Read(path);
            });

            Assert.True(refusal is null or UserErrorException, $"{path}: {refusal}");
            Assert.True(
                refusal is not null || file.GetProperty("outcome").GetString() != "refuse", $"{path} was read: {file.GetProperty("what")}");
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - start < 64 << 20, $"{path}: too much was allocated");
        }

        Assert.Equal(before, Directory.GetFileSystemEntries(Environment.CurrentDirectory));
    }

    [Fact]
    public void Ten_thousand_mutated_files_are_read_or_refused()
    {
        var random = new RandomNumbers(1, "mutations");
        var folder = GoldenFolder.CommittedFile("checkpoints");
        byte[][] seeds = [
            .. Directory.GetFiles(folder, "*.pth")
                .Order(StringComparer.Ordinal)
                .Select(File.ReadAllBytes)
                .Where(bytes => bytes.Length is > 0 and < 16384)];
        for (var i = 0; i < 10_000; i++)
        {
            byte[] bytes = [.. seeds[random.NextInt(seeds.Length)]];
            for (var change = random.NextInt(4); change >= 0; change--)
            {
                bytes[random.NextInt(bytes.Length)] = (byte)random.NextInt(256);
            }

            using var stream = new MemoryStream(random.Chance(0.2) ? bytes[..random.NextInt(bytes.Length)] : bytes);
            var refusal = Record.Exception(() =>
            {
                using var content = PthFile.Read(stream, "mutated");
            });
            Assert.True(refusal is null or UserErrorException, $"file {i}: {refusal}");
        }
    }

    private static object? Find(object? root, JsonElement path) => path.EnumerateArray().Aggregate(root, (node, key) => node switch
    {
        PickleDictionary dictionary => dictionary.Items[key.ValueKind == JsonValueKind.String ? key.GetString()! : key.GetInt64()],
        PickleList list => list.Items[key.GetInt32()],
        PickleTuple tuple => tuple.Items[key.GetInt32()],
        _ => throw new KeyNotFoundException($"{node} has no {key}"),
    });

    private static void Equal(string file, JsonElement expected, Tensor actual)
    {
        Assert.Equal(expected.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()), actual.shape);
        var bytes = actual.numel() > 0 ? actual.contiguous().bytes.ToArray() : [];
        Assert.True(expected.GetProperty("hex").GetString() == Convert.ToHexStringLower(bytes), $"{file}: {expected.GetProperty("path")}");
    }

    private static void EqualValue(JsonElement expected, object? actual)
    {
        var value = expected.GetProperty("value");
        switch (expected.GetProperty("type").GetString())
        {
            case "int":
                Assert.Equal(value.ToString(), Convert.ToString(actual, System.Globalization.CultureInfo.InvariantCulture));
                break;
            case "float":
                Assert.Equal(value.GetDouble(), actual);
                break;
            case "bool":
                Assert.Equal(value.GetBoolean(), actual);
                break;
            case "str":
                Assert.Equal(value.GetString(), actual);
                break;
            case "none":
                Assert.Null(actual);
                break;
            case "dict":
                Assert.Empty(Assert.IsType<PickleDictionary>(actual).Items);
                break;
            case "list":
                Assert.Empty(Assert.IsType<PickleList>(actual).Items);
                break;
            case "tuple":
                Assert.Empty(Assert.IsType<PickleTuple>(actual).Items);
                break;
            case var other:
                Assert.Fail($"a value of type {other}");
                break;
        }
    }
}
