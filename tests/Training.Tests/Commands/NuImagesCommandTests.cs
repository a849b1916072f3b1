using System.Text.Json;
using Pipeline.Golden;

namespace Pipeline.Training.Tests.Commands;

/// <summary>Real camera images in nuImages' layout: listed, then learned from.</summary>
public sealed class NuImagesCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nuimages").FullName;

    [Fact]
    public async Task Real_images_are_listed_in_nested_subsets_and_a_backbone_learns_from_a_list()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var root = Path.Combine(folder, "nuimages");
        var lists = Path.Combine(folder, "lists");
        var rows = new List<object>();
        foreach (var file in Directory.GetFiles(SharedData.Path("data/nuscenes-sample/images"), "*.jpg"))
        {
            var name = $"samples/{Path.GetFileName(file).Split("__")[1]}/{Path.GetFileName(file)}";
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, name))!);
            File.Copy(file, Path.Combine(root, name));
            rows.Add(new { token = $"{rows.Count}", filename = name, is_key_frame = true });
            rows.Add(new { token = $"{rows.Count}", filename = name.Replace("samples/", "sweeps/"), is_key_frame = false });
        }

        Directory.CreateDirectory(Path.Combine(root, "v1.0-mini"));
        File.WriteAllText(Path.Combine(root, "v1.0-mini", "sample_data.json"), JsonSerializer.Serialize(rows));

        var listed = await TrainingProgram.Run(
            cancellation, "data", "nuimages", "--data", root, "--output", lists, "--splits", "mini", "--sizes", "4,all");
        Assert.True(listed.Code == 0, listed.Errors);
        string[] four = [.. File.ReadLines(Path.Combine(lists, "nuimages-4.txt")).Skip(1)],
        all = [.. File.ReadLines(Path.Combine(lists, "nuimages-all.txt")).Skip(1)];
        Assert.Equal(rows.Count / 2, all.Length);
        Assert.Equal(four, all[..4]);
        Assert.Contains("mini   CAM_FRONT_LEFT ", listed.Output);

        var trained = await TrainingProgram.Run(
            cancellation, "pretrain", "--preset", "small", "--images", Path.Combine(lists, "nuimages-4.txt"), "--images-root", root,
            "--output", Path.Combine(folder, "run"), "--batch", "2", "--epochs", "1", "--view-size", "32",
            "--weights", "none");
        Assert.True(trained.Code == 0, trained.Errors);

        var again = await TrainingProgram.Run(
            cancellation, "data", "nuimages", "--data", root, "--output", lists, "--splits", "mini", "--sizes", "4,all");
        Assert.Equal(2, again.Code);
        Assert.Contains("nuimages-4.txt: the file already exists", again.Errors);

        var front = await TrainingProgram.Run(
            cancellation,
            "data", "nuimages", "--data", root, "--output", lists, "--splits", "mini", "--cameras", "CAM_FRONT",
            "--sizes", "all", "--force");
        Assert.Contains("nuimages-all.txt: 1 images", front.Output);
        var unknown = await TrainingProgram.Run(
            cancellation, "data", "nuimages", "--data", root, "--output", lists, "--cameras", "CAM_TOP");
        Assert.Equal((2, ""), (unknown.Code, unknown.Output));
        Assert.Contains("CAM_FRONT_RIGHT", unknown.Errors);
        var tooMany = await TrainingProgram.Run(
            cancellation,
            "data", "nuimages", "--data", root, "--output", Path.Combine(folder, "more"), "--splits", "mini");
        Assert.Contains("5000 keyframes were requested", tooMany.Errors);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
