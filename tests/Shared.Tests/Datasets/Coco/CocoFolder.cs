using System.Text;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Coco;

namespace Pipeline.Shared.Tests.Datasets.Coco;

/// <summary>A temporary folder of annotation files and empty images.</summary>
internal sealed class CocoFolder : IDisposable
{
    /// <summary>Two classes whose ids have a gap.</summary>
    public const string Categories = """[{"id": 3, "name": "forklift"}, {"id": 90, "name": "палета"}]""";

    public string Root { get; } = Directory.CreateTempSubdirectory("coco").FullName;

    /// <summary>The annotation file that <see cref="Open"/> writes.</summary>
    public string File => PathOf("annotations.json");

    public string PathOf(string name) => Path.Combine(Root, name);

    /// <summary>Makes an empty file and its folders.</summary>
    public CocoFolder WithImages(params string[] names)
    {
        foreach (var name in names)
        {
            Write(name, "");
        }

        return this;
    }

    public string Write(string name, string text, Encoding? encoding = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        System.IO.File.WriteAllText(PathOf(name), text, encoding ?? new UTF8Encoding(false));
        return PathOf(name);
    }

    public static string Json(string images, string annotations, string categories = Categories) =>
        $$"""{"info": {"year": 2017}, "images": {{images}}, "annotations": {{annotations}}, "categories": {{categories}}}""";

    /// <summary>Image 7, a.jpg, with these annotations, as the text of a file.</summary>
    public static string OneImage(string annotations) =>
        Json("""[{"id": 7, "file_name": "a.jpg", "width": 640, "height": 480}]""", annotations);

    public Dataset Open(string json)
    {
        Write("annotations.json", json);
        return Dataset.OpenWithErrors(File, "coco");
    }

    /// <summary>What is said about the file and about the annotations of every image; not about images that it does not name.</summary>
    public static IReadOnlyList<Finding> FindingsOf(Dataset dataset)
    {
        var ofFile = dataset.Findings.Where(finding => dataset.Unlabeled.All(image => image.Path != finding.At));
        return [.. ofFile, .. dataset.Images.SelectMany(image => dataset.Read(image, 640, 480).Findings)];
    }

    /// <summary>The only finding, as far as it is said behind the file's path.</summary>
    public string Finding(string json, bool isError = true)
    {
        var finding = Assert.Single(FindingsOf(Open(json)));
        Assert.Equal(isError, finding.IsError);
        Assert.DoesNotContain('\n', finding.Message);
        return finding.ToString().Replace($"{File}: ", "", StringComparison.Ordinal);
    }

    /// <summary>Why a text is no annotation file.</summary>
    public string Refusal(string json)
    {
        Write("annotations.json", json);
        return Refusal(() => Dataset.Open(File, new CocoFormat().Name));
    }

    public string Refusal(Func<Dataset> open)
    {
        var message = Assert.Throws<UserErrorException>(open).Message;
        Assert.DoesNotContain('\n', message);
        return message.Replace($"{File}: ", "", StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
