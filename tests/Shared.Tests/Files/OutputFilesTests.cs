using Pipeline.Shared.Files;

namespace Pipeline.Shared.Tests.Files;

public sealed class OutputFilesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("output").FullName;

    [Theory]
    [InlineData("photo.png", false), InlineData("photo.png", true)]
    [InlineData("./photo.png", true), InlineData("linked/photo.png", true)]
    [InlineData("link.png", true), InlineData("PHOTO/../photo.png", true)]
    public void D1_an_input_is_never_overwritten_however_it_is_spelled(string output, bool force)
    {
        File.WriteAllText(In("photo.png"), "photo");
        Directory.CreateDirectory(In("PHOTO"));
        Directory.CreateSymbolicLink(In("linked"), ".");
        File.CreateSymbolicLink(In("link.png"), "photo.png");

        Assert.Contains("would overwrite an input", Refusal([In(output)], [In("photo.png")], force));
    }

    [Fact]
    public void D3_a_file_that_exists_is_replaced_only_with_force()
    {
        File.WriteAllText(In("report.json"), "old");

        Assert.Contains("already exists", Refusal([In("report.json")], [In("other")], force: false));
        Assert.Contains("--force", Refusal([In("report.json")], [In("other")], force: false));
        OutputFiles.Require([In("report.json")], [In("other")], force: true);
        OutputFiles.Require([In("new/report.json")], [In("report.json")], force: false);
    }

    [Fact]
    public void A_folder_in_place_of_a_file_and_a_file_in_place_of_a_folder_are_refused_also_with_force()
    {
        Directory.CreateDirectory(In("folder"));
        File.WriteAllText(In("file"), "");

        Assert.Contains("but a folder or a device has this name", Refusal([In("folder")], [], force: true));
        Assert.Contains("is a file, not a folder", Refusal([In("file/report.json")], [], force: true));
    }

    [Fact]
    public async Task D3_of_many_writers_of_one_file_at_once_one_wins_and_the_others_are_told()
    {
        for (var round = 0; round < 30; round++)
        {
            using var start = new Barrier(8);
            var writers = Enumerable.Range(0, 8).Select(number => Task.Factory.StartNew(
                () => Record.Exception(() => AtomicFile.Write(In("one"), _ => start.SignalAndWait(), replace: false)),
                TaskCreationOptions.LongRunning));
            var outcomes = await Task.WhenAll(writers);

            Assert.Single(outcomes, outcome => outcome is null);
            Assert.All(
                outcomes.Where(outcome => outcome is not null),
                outcome => Assert.Contains("another program", Assert.IsType<UserErrorException>(outcome).Message));
            Assert.Equal([In("one")], Directory.GetFileSystemEntries(folder));
            File.Delete(In("one"));
        }
    }

    [Fact]
    public async Task D3_of_many_writers_of_one_folder_at_once_one_wins_and_nothing_of_the_others_is_left()
    {
        var writers = Enumerable.Range(0, 8).Select(number => Task.Run(() => Record.Exception(() => StagedFolder.Write(In("run"), staged =>
        {
            File.WriteAllText(Path.Combine(staged, "a"), $"{number}");
            File.WriteAllText(Path.Combine(staged, "b"), $"{number}");
        }))));
        var outcomes = await Task.WhenAll(writers);

        Assert.Single(outcomes, outcome => outcome is null);
        Assert.All(
            outcomes.Where(outcome => outcome is not null),
            outcome => Assert.Contains("already exists", Assert.IsType<UserErrorException>(outcome).Message));
        Assert.Equal(File.ReadAllText(In("run/a")), File.ReadAllText(In("run/b")));
        Assert.Equal([In("run")], Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void A_new_folder_may_exist_as_long_as_it_is_empty()
    {
        Directory.CreateDirectory(In("empty"));
        StagedFolder.Write(In("empty"), staged => File.WriteAllText(Path.Combine(staged, "a"), ""));

        Assert.True(File.Exists(In("empty/a")));
        var refusal = Assert.Throws<UserErrorException>(() =>
            StagedFolder.Write(In("empty"), _ => Assert.Fail("it worked before it refused")));
        Assert.Contains("is not empty", refusal.Message);
    }

    [Fact]
    public void A_folder_that_cannot_be_filled_leaves_nothing()
    {
        Assert.Throws<InvalidOperationException>(() => StagedFolder.Write(In("run"), _ => throw new InvalidOperationException()));
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void A_folder_is_held_by_one_at_a_time()
    {
        using (FolderLock.Take(folder))
        {
            Assert.Contains("another program is working", Assert.Throws<UserErrorException>(() => FolderLock.Take(folder)).Message);
        }

        FolderLock.Take(folder).Dispose();
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string In(string name) => Path.Combine(folder, name);

    private static string Refusal(string[] outputs, string[] inputs, bool force) =>
        Assert.Throws<UserErrorException>(() => OutputFiles.Require(outputs, inputs, force)).Message;
}
