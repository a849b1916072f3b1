using System.Globalization;
using System.Text.Json;

namespace Pipeline.Golden;

/// <summary>Writes golden problems as their authors' tools have them.</summary>
internal static class GoldenFiles
{
    public static void WriteCoco(JsonElement inputs, string folder)
    {
        var annotations = inputs.GetProperty("ground_truth").EnumerateArray().Select(row =>
            $"{{\"id\": {row[0]}, \"image_id\": {row[1]}, \"category_id\": {row[2]}, \"bbox\": [{row[3]}, {row[4]}, {row[5]}, {row[6]}], "
            + $"\"area\": {row[7]}, \"iscrowd\": {row[8]}}}");
        var images = inputs.GetProperty("images").EnumerateArray().Select(id => $"{{\"id\": {id}}}");
        var categories = inputs.GetProperty("categories").EnumerateArray().Select(id => $"{{\"id\": {id}, \"name\": \"class {id}\"}}");
        Write(folder, "truth.json",
            $"{{\"images\": {List(images)}, \"categories\": {List(categories)}, \"annotations\": {List(annotations)}}}");
        Write(folder, "results.json", List(inputs.GetProperty("detections").EnumerateArray().Select(row =>
            $"{{\"image_id\": {row[0]}, \"category_id\": {row[1]}, \"bbox\": [{row[2]}, {row[3]}, {row[4]}, {row[5]}], "
            + $"\"score\": {row[6]}}}")));
    }

    public static void WriteKitti(JsonElement inputs, string folder)
    {
        foreach (var frame in inputs.GetProperty("labels").EnumerateObject())
        {
            Write(folder, $"label_2/{frame.Name}.txt", frame.Value.GetString()!);
        }

        foreach (var frame in inputs.GetProperty("results").EnumerateObject())
        {
            Write(folder, $"results/data/{frame.Name}.txt", frame.Value.GetString()!);
        }
    }

    /// <summary>VOC's corners in annotation files; in the results the same pixels as continuous boxes.</summary>
    public static void WriteVoc(JsonElement inputs, string folder)
    {
        string[] classes = [.. inputs.GetProperty("classes").EnumerateArray().Select(name => name.GetString()!)];
        var objects = inputs.GetProperty("ground_truth").EnumerateArray().ToLookup(row => row[0].GetString()!, row => ObjectOf(row));
        foreach (var image in inputs.GetProperty("images").EnumerateArray().Select(id => id.GetString()!))
        {
            Write(folder, $"Annotations/{image}.xml", $"<annotation>{string.Concat(objects[image])}</annotation>");
        }

        Write(folder, "results.json", List(inputs.GetProperty("detections").EnumerateArray().Select(row =>
        {
            var left = row[3].GetDouble() - 1;
            var top = row[4].GetDouble() - 1;
            var number = Array.IndexOf(classes, row[1].GetString()) + 1;
            double[] box = [left, top, row[5].GetDouble() - left, row[6].GetDouble() - top];
            var sides = string.Join(", ", box.Select(side => side.ToString(CultureInfo.InvariantCulture)));
            return $"{{\"image_id\": \"{row[0].GetString()}\", \"category_id\": {number}, \"score\": {row[2]}, \"bbox\": [{sides}]}}";
        })));
    }

    private static string List(IEnumerable<string> entries) => $"[{string.Join(",\n", entries)}]";

    private static string ObjectOf(JsonElement row) =>
        $"<object><name>{row[1].GetString()}</name><difficult>{row[6]}</difficult><bndbox><xmin>{row[2]}</xmin><ymin>{row[3]}</ymin>"
        + $"<xmax>{row[4]}</xmax><ymax>{row[5]}</ymax></bndbox></object>";

    private static void Write(string folder, string relative, string text)
    {
        var path = Path.Combine(folder, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
