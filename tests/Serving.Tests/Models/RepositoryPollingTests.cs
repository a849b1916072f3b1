using Pipeline.Serving.Batching;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Models;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Tests.Models;

/// <summary>The repository's folder decides what is served.</summary>
public sealed class RepositoryPollingTests : IDisposable
{
    private readonly TinyRepository repository = new();

    [Fact]
    public async Task A_newer_version_takes_over_and_the_older_is_unloaded()
    {
        repository.Publish(1);
        await using var service = await Poll();
        Assert.Equal(1, service.Served());
        repository.Publish(2);

        await service.Update();
        await service.Settle();

        Assert.Equal(2, service.Served());
        Assert.Equal("1:Unloaded 2:Ready", service.States());
        Assert.Equal("unloaded", service.Status(1).Reason);
    }

    [Theory, MemberData(nameof(BadVersions.All), MemberType = typeof(BadVersions))]
    public async Task A_bad_version_never_displaces_a_good_one_and_says_why(string what, string result)
    {
        repository.Publish(1);
        await using var service = await Poll();
        BadVersions.Publish(repository, 2, what);

        await service.Update();

        Assert.Equal(1, service.Served());
        Assert.Equal("1:Ready 2:Failed", service.States());
        Assert.NotEmpty(service.Status(2).Reason);
        Assert.DoesNotContain(repository.Root, service.Status(2).Reason);
        Assert.DoesNotContain("   at ", service.Status(2).Reason);
        Assert.Equal((200, "ready"), await service.Get("/healthz/ready"));
        var metrics = await service.Metrics();
        Assert.Contains($"pipeline_model_loads_total{{model=\"tiny\",result=\"{result}\"}} 1\n", metrics);
        Assert.Contains("pipeline_model_state{model=\"tiny\",version=\"2\",state=\"failed\"} 1\n", metrics);
        var refused = Assert.Throws<RefusedRequestException>(() => service.Models.Lease("tiny", "2"));
        Assert.Equal(FaultKind.ModelUnavailable, refused.Fault.Kind);
        Assert.StartsWith("Model 'tiny' is not ready: version 2 cannot be served: ", refused.Message);
        Assert.EndsWith(" The versions that are ready: 1.", refused.Message);
    }

    [Fact]
    public async Task A_bad_version_is_tried_again_only_when_its_files_change()
    {
        repository.Publish(1);
        await using var service = await Poll();
        BadVersions.Publish(repository, 2, "changed byte");

        await service.Update();
        await service.Update();

        Assert.Contains("pipeline_model_loads_total{model=\"tiny\",result=\"digest\"} 1\n", await service.Metrics());
        repository.Publish(2);
        await service.Update();
        Assert.Equal(2, service.Served());
    }

    [Fact]
    public async Task The_same_number_with_other_content_is_loaded_again_and_bad_content_is_not()
    {
        repository.Publish(1, mark: "before-");
        await using var service = await Poll();
        repository.Publish(1, mark: "after-");

        await service.Update();
        Assert.StartsWith("after-", Label(service));

        BadVersions.Publish(repository, 1, "changed byte");
        await service.Update();
        Assert.StartsWith("after-", Label(service));
        Assert.Equal(ModelState.Ready, service.Status(1).State);
        Assert.Contains("SHA-256", service.Status(1).Reason);
    }

    [Fact]
    public async Task A_removed_version_is_unloaded_and_an_older_one_comes_back_first()
    {
        repository.Publish(1);
        repository.Publish(2);
        await using var service = await Poll();
        repository.Remove(2);

        await service.Update();
        await service.Settle();

        Assert.Equal("1:Ready", service.States());
        repository.Remove(1);
        await service.Update();
        await service.Settle();
        Assert.Empty(service.Models.Index);
        Assert.Equal((503, "not ready: no model is loaded"), await service.Get("/healthz/ready"));
        Assert.DoesNotContain("version=\"1\"", await service.Metrics());
    }

    [Fact]
    public async Task A_version_that_a_request_uses_is_unloaded_when_the_request_is_done()
    {
        repository.Publish(1);
        await using var service = await Poll();
        using var image = RgbImage.Allocate(64, 48);
        var lease = service.Models.Lease(name: null, version: null);
        repository.Publish(2);

        await service.Update();

        Assert.Equal("1:Draining 2:Ready", service.States());
        Assert.Throws<RefusedRequestException>(() => service.Models.Lease("tiny", "1"));
        var terms = new RequestTerms(RequestClass.Live, long.MaxValue, TestContext.Current.CancellationToken);
        Assert.NotNull((await lease.DetectAsync(image, terms)).Detections);
        lease.Dispose();
        await service.Settle();
        Assert.Equal("1:Unloaded 2:Ready", service.States());
        Assert.DoesNotContain("pipeline_images_total{model=\"tiny\",version=\"1\"}", await service.Metrics());
    }

    [Fact]
    public async Task Only_finished_folders_with_plain_numbers_are_versions()
    {
        repository.Publish(1);
        await using var service = await Poll();
        foreach (var name in new[] { "02", "3.tmp", ".4", "0", "-5", "six", "+7", "8 " })
        {
            CopyAs(name);
        }

        Directory.CreateDirectory(repository.Folder(9));
        File.Copy(Path.Combine(repository.Folder(1), "model.onnx"), Path.Combine(repository.Folder(9), "model.onnx"));

        await service.Update();

        Assert.Equal("1:Ready", service.States());
    }

    [Fact]
    public async Task A_service_starts_with_an_empty_repository_and_becomes_ready_with_its_first_model()
    {
        await using var service = await Poll();
        Assert.Equal((503, "not ready: no model is loaded"), await service.Get("/healthz/ready"));
        Assert.Equal((200, "live"), await service.Get("/healthz/live"));
        repository.Publish(3);

        await service.Update();

        Assert.Equal((200, "ready"), await service.Get("/healthz/ready"));
    }

    [Fact]
    public async Task A_service_that_starts_with_a_bad_newest_version_serves_the_one_before()
    {
        repository.Publish(1);
        BadVersions.Publish(repository, 2, "changed byte");

        await using var service = await Poll();

        Assert.Equal("1:Ready 2:Failed", service.States());
        Assert.Equal(200, (await service.Get("/healthz/ready")).Status);
    }

    [Fact]
    public async Task As_many_of_the_newest_versions_are_served_as_the_options_say()
    {
        repository.Publish(1);
        repository.Publish(2);
        repository.Publish(3);
        await using var service = await RepositoryService.Start(
            repository.Root, ModelControl.Poll, options => options with { NewestVersions = 2 });
        Assert.Equal("1:Unloaded 2:Ready 3:Ready", service.States());
        repository.Publish(4);

        await service.Update();
        await service.Settle();

        Assert.Equal("1:Unloaded 2:Unloaded 3:Ready 4:Ready", service.States());
        using var older = service.Models.Lease("tiny", "3");
        Assert.Equal(3, older.Manifest.Version);
    }

    [Fact]
    public async Task A_repository_that_vanishes_stops_nothing()
    {
        repository.Publish(1);
        await using var service = await Poll();
        Directory.Move(repository.Root, repository.Root + "-away");
        try
        {
            await service.Update();
            Assert.Equal(1, service.Served());
        }
        finally
        {
            Directory.Move(repository.Root + "-away", repository.Root);
        }
    }

    [Fact]
    public async Task Versions_may_stand_directly_in_the_repository_under_the_name_that_the_options_give_them()
    {
        repository.Publish(1);
        await using var service = await RepositoryService.Start(
            Path.Combine(repository.Root, "tiny"), ModelControl.Poll, options => options with { Model = "street" });
        using (var lease = service.Models.Lease("street", version: null))
        {
            Assert.Equal(("street", 1), (lease.Manifest.Name, lease.Manifest.Version));
        }

        repository.Publish(2);
        await service.Update();

        Assert.Equal("1:Draining 2:Ready", service.States("street").Replace("Unloaded", "Draining", StringComparison.Ordinal));
    }

    public void Dispose() => repository.Dispose();

    private static string Label(RepositoryService service)
    {
        using var lease = service.Models.Lease(name: null, version: null);
        return lease.Manifest.Labels[0];
    }

    private Task<RepositoryService> Poll() => RepositoryService.Start(repository.Root, ModelControl.Poll);

    private void CopyAs(string name)
    {
        var target = Directory.CreateDirectory(Path.Combine(repository.Root, "tiny", name)).FullName;
        foreach (var file in Directory.GetFiles(repository.Folder(1)))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }
    }
}
