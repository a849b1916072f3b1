using CsCheck;
using Pipeline.Shared.NuImages;

namespace Pipeline.Shared.Tests.NuImages;

public sealed class NuImagesMetadataTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("nuimages").FullName;

    public NuImagesMetadataTests()
    {
        Table(
            "train",
            "sensor",
            """[{"token":"s1","channel":"CAM_FRONT","modality":"camera"},{"token":"s2","channel":"CAM_BACK","modality":"camera"}]""");
        Table(
            "train",
            "calibrated_sensor",
            """[{"token":"c1","sensor_token":"s1","translation":[0,0,0]},{"token":"c2","sensor_token":"s2"}]""");
        Table("train", "sample_data", """
            [
            {"token":"1","sample_token":"a","filename":"samples/CAM_FRONT/b.jpg","is_key_frame":true,
             "calibrated_sensor_token":"c1","width":1600,"height":900,"timestamp":1},
            {"token":"2","sample_token":"a","filename":"sweeps/CAM_FRONT/c.jpg","is_key_frame":false,"calibrated_sensor_token":"c1"},
            {"token":"3","sample_token":"b","filename":"samples/CAM_BACK/a.jpg","is_key_frame":true,"calibrated_sensor_token":"c2"}
            ]
            """);
        Table(
            "test",
            "sample_data",
            """
            [
            {"token":"4","filename":"samples/CAM_FRONT_LEFT/d.jpg","is_key_frame":true},
            {"token":"1","filename":"samples/CAM_FRONT/b.jpg","is_key_frame":true}
            ]
            """);
    }

    [Fact]
    public async Task Keyframes_of_the_chosen_splits_come_once_in_ordinal_order_with_their_cameras()
    {
        var metadata = NuImagesMetadata.Open(root);

        Assert.Equal(["test", "train"], metadata.Splits);
        Assert.Equal(
            [new("samples/CAM_BACK/a.jpg", "CAM_BACK", "train"), new("samples/CAM_FRONT/b.jpg", "CAM_FRONT", "train")],
            await metadata.Keyframes(["train"], TestContext.Current.CancellationToken));
        Assert.Equal(
            ["train CAM_BACK", "train CAM_FRONT", "test CAM_FRONT_LEFT"],
            (await metadata.Keyframes(["train", "test"], TestContext.Current.CancellationToken))
                .Select(keyframe => $"{keyframe.Split} {keyframe.Camera}"));
    }

    [Theory]
    [InlineData("""[{"token":"x","is_key_frame":true}]""", "row 1 (token 'x')")]
    [InlineData("""[{"token":"x","filename":"/etc/passwd","is_key_frame":true}]""", "below the root")]
    [InlineData("""[{"token":"x","filename":"samples/../../a.jpg","is_key_frame":true}]""", "below the root")]
    [InlineData(
        """[{"token":"x","filename":"samples/A/a.jpg","is_key_frame":true,"calibrated_sensor_token":"none"}]""",
        "calibrated_sensor_token 'none'")]
    [InlineData("""[{"token":"x","filename":"samples/A/a.jpg","is_key_frame":"yes"}]""", "sample_data.json:1")]
    [InlineData("[{", "sample_data.json:1")]
    [InlineData("{}", "sample_data.json:1")]
    [InlineData("[null]", "row 1")]
    public async Task Wrong_rows_are_refused_with_their_place(string table, string message)
    {
        Table("train", "sample_data", table);

        var refusal = await Assert.ThrowsAsync<UserErrorException>(
            () => NuImagesMetadata.Open(root).Keyframes(["train"], TestContext.Current.CancellationToken));

        Assert.Contains(message, refusal.Message);
    }

    [Fact]
    public async Task Missing_metadata_and_splits_are_said()
    {
        Assert.Contains("unpack", Assert.Throws<UserErrorException>(() => NuImagesMetadata.Open(Path.Combine(root, "v1.0-train"))).Message);
        Assert.Contains(
            "no such folder", Assert.Throws<UserErrorException>(() => NuImagesMetadata.Open(Path.Combine(root, "nowhere"))).Message);
        var refusal = await Assert.ThrowsAsync<UserErrorException>(
            () => NuImagesMetadata.Open(root).Keyframes(["val"], TestContext.Current.CancellationToken));
        Assert.Contains("there are test, train", refusal.Message);
    }

    [Fact]
    public void Subsets_are_nested_seeded_and_without_repetition() =>
        Gen.Select(Gen.Int[1, 200], Gen.ULong, Gen.Int[1, 200], Gen.Int[1, 200]).Sample((count, seed, one, other) =>
    {
        NuImagesKeyframe[] keyframes = [
            .. Enumerable.Range(0, count).Select(index => new NuImagesKeyframe($"{index}.jpg", "CAM_FRONT", "train"))];
        var small = Math.Min(Math.Min(one, other), count);
        var large = Math.Min(Math.Max(one, other), count);
        var subsets = new NuImagesSubsets(keyframes, seed);

        Assert.Equal(subsets.Take(small), subsets.Take(large).Take(small));
        Assert.Equal(subsets.Take(large), new NuImagesSubsets(keyframes, seed).Take(large));
        Assert.Equal(count, subsets.Take(null).Distinct().Count());
        Assert.Throws<UserErrorException>(() => subsets.Take(count + 1));
    });

    [Fact]
    public async Task K12_a_table_that_is_a_pipe_is_refused_and_nothing_waits_for_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "pipes of Linux");
        var table = Path.Combine(root, "v1.0-train", "sample_data.json");
        File.Delete(table);
        using var make = System.Diagnostics.Process.Start("mkfifo", [table]);
        await make.WaitForExitAsync(TestContext.Current.CancellationToken);

        var refusal = await Assert.ThrowsAsync<UserErrorException>(
            () => NuImagesMetadata.Open(root).Keyframes(["train"], TestContext.Current.CancellationToken));
        Assert.Contains("this is a pipe", refusal.Message);
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private void Table(string split, string name, string json)
    {
        Directory.CreateDirectory(Path.Combine(root, $"v1.0-{split}"));
        File.WriteAllText(Path.Combine(root, $"v1.0-{split}", name + ".json"), json);
    }
}
