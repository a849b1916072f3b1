using System.Text;
using Google.Protobuf;
using Pipeline.Serving.Tests.Inference;
using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Proto;

namespace Pipeline.Serving.Tests.Models;

/// <summary>Versions that cannot be served.</summary>
internal static class BadVersions
{
    private const int Rows = 6;

    /// <summary>What is wrong, and what the metrics call it.</summary>
    public static TheoryData<string, string> All => new()
    {
        { "changed byte", "digest" },
        { "missing file", "digest" },
        { "other contract", "contract" },
        { "other version", "contract" },
        { "cut manifest", "contract" },
        { "no model", "load" },
        { "cut model", "load" },
        { "weights in another file", "load" },
        { "invalid graph", "load" },
        { "other outputs", "load" },
        { "fails on images", "warmup" },
    };

    /// <summary>Publishes one.</summary>
    public static void Publish(TinyRepository repository, int version, string what)
    {
        switch (what)
        {
            case "changed byte":
                repository.Publish(version, damage: folder => Flip(Path.Combine(folder, "model.onnx")));
                break;
            case "missing file":
                repository.Publish(version, damage: folder => File.Delete(Path.Combine(folder, "model.onnx")));
                break;
            case "other contract":
                repository.Publish(version, change: manifest => manifest["contractVersion"] = 2);
                break;
            case "other version":
                repository.Publish(version, change: manifest => manifest["version"] = version + 7);
                break;
            case "cut manifest":
                repository.Publish(version, damage: folder => File.WriteAllText(Path.Combine(folder, "manifest.json"), "{\"name\":"));
                break;
            case "no model":
                repository.Publish(version, model: Encoding.ASCII.GetBytes("this is no ONNX file"));
                break;
            case "cut model":
                repository.Publish(version, model: SumModel.Proto().ToByteArray()[..^20]);
                break;
            case "weights in another file":
                repository.Publish(version, model: Changed(model => model.Graph.Initializer[0].ExternalData.Add(
                    new StringStringEntryProto { Key = "location", Value = "../../secret" })));
                break;
            case "invalid graph":
                repository.Publish(version, model: Changed(model => model.Graph.Node[0].Input[0] = "nobody"));
                break;
            case "other outputs":
                repository.Publish(version, model: Changed(model => model.Graph.Output.RemoveAt(0)));
                break;
            default:
                repository.Publish(version, change: manifest => manifest["topD"] = Rows, model: OfOneSize());
                break;
        }
    }

    private static byte[] Changed(Action<ModelProto> change)
    {
        var model = SumModel.Proto();
        change(model);
        return model.ToByteArray();
    }

    private static void Flip(string file)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    /// <summary>A model that accepts images of 8 pixels only.</summary>
    private static byte[] OfOneSize()
    {
        var graph = new OnnxGraph();
        var images = graph.Input("images", OnnxType.UInt8, "N", "H", "W", 3);
        var pixels = graph.Cast(graph.Op("Reshape", [images, graph.Vector(1, Rows, 4)]), OnnxType.Float);
        var scores = graph.Op("ReduceSum", [pixels, graph.Vector(2)], ("keepdims", 0L));
        var labels = graph.Cast(scores, OnnxType.Int64);
        graph.Output("boxes", pixels, 1, Rows, 4);
        graph.Output("scores", scores, 1, Rows);
        graph.Output("labels", labels, 1, Rows);
        graph.Output("num_detections", graph.Op("ReduceSum", [labels, graph.Vector(1)], ("keepdims", 0L)), 1);
        var file = Path.GetTempFileName();
        graph.Save(file);
        var bytes = File.ReadAllBytes(file);
        File.Delete(file);
        return bytes;
    }
}
