using Pipeline.Serving.Batching;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;
using Pipeline.Shared;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Tests.Models;

/// <summary>Requests decide what is served, and requests for what is not are refused in plain words.</summary>
public sealed class RepositoryControlTests : IDisposable
{
    private readonly TinyRepository repository = new();

    [Fact]
    public async Task A_model_is_loaded_and_unloaded_on_request()
    {
        await using var service = await RepositoryService.Start(repository.Root, ModelControl.Explicit);
        repository.Publish(1);
        await service.Control.LoadAsync("tiny", Cancellation);
        Assert.Equal("1:Ready", service.States());
        repository.Publish(2);
        await service.Control.LoadAsync("tiny", Cancellation);
        await service.Settle();
        Assert.Equal("1:Unloaded 2:Ready", service.States());

        service.Control.Unload("tiny");
        await service.Settle();

        Assert.Equal("1:Unloaded 2:Unloaded", service.States());
        Assert.Equal((503, "not ready: no model is loaded"), await service.Get("/healthz/ready"));
        await service.Control.LoadAsync("tiny", Cancellation);
        Assert.Equal(2, service.Served());
    }

    [Fact]
    public async Task Loads_unloads_and_requests_at_a_time_leave_a_model_that_can_be_loaded()
    {
        repository.Publish(1);
        await using var service = await RepositoryService.Start(repository.Root, ModelControl.Explicit);
        var refused = 0;

        await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(async () =>
        {
            try
            {
                Task step = (i % 3) switch
                {
                    0 => service.Control.LoadAsync("tiny", Cancellation),
                    1 => Task.Run(() => service.Control.Unload("tiny"), Cancellation),
                    _ => Task.Run(() => Detect(service), Cancellation),
                };
                await step;
            }
            catch (RefusedRequestException exception)
            {
                Assert.Equal(FaultKind.ModelUnavailable, exception.Fault.Kind);
                Interlocked.Increment(ref refused);
            }
        })));

        Assert.InRange(refused, 0, 16);
        await service.Control.LoadAsync("tiny", Cancellation);
        await service.Settle();
        Assert.Equal("1:Ready", service.States());
        await Detect(service);
    }

    [Fact]
    public async Task A_load_that_fails_says_why_and_changes_nothing()
    {
        repository.Publish(1);
        await using var service = await RepositoryService.Start(repository.Root, ModelControl.Explicit);
        BadVersions.Publish(repository, 2, "changed byte");

        var refused = await Assert.ThrowsAsync<RefusedRequestException>(() => service.Control.LoadAsync("tiny", Cancellation));

        Assert.StartsWith("Version 2 of model 'tiny' cannot be loaded: tiny/2/model.onnx: the SHA-256 digest is not", refused.Message);
        Assert.Equal(1, service.Served());
    }

    [Theory]
    [InlineData("none"), InlineData("../tiny"), InlineData("tiny/1"), InlineData(""), InlineData("."), InlineData("tiny\n")]
    [InlineData("/etc"), InlineData("tiny%2F1"), InlineData("TINY"), InlineData("\u0000")]
    public async Task A_name_that_the_repository_does_not_list_is_unknown(string name)
    {
        repository.Publish(1);
        await using var service = await RepositoryService.Start(repository.Root, ModelControl.Explicit);

        var load = await Assert.ThrowsAsync<RefusedRequestException>(() => service.Control.LoadAsync(name, Cancellation));
        var unload = Assert.Throws<RefusedRequestException>(() => service.Control.Unload(name));

        Assert.Equal(FaultKind.UnknownModel, load.Fault.Kind);
        Assert.Equal(FaultKind.UnknownModel, unload.Fault.Kind);
        Assert.EndsWith("; the models are: tiny.", load.Message);
        Assert.DoesNotContain(load.Message, char.IsControl);
        Assert.Equal(1, service.Served());
    }

    [Theory]
    [InlineData(ModelControl.None, "its start"), InlineData(ModelControl.Poll, "the repository's folder decides")]
    internal async Task Requests_decide_only_where_the_options_say_so(ModelControl control, string reason)
    {
        repository.Publish(1);
        await using var service = await RepositoryService.Start(repository.Root, control);

        var load = await Assert.ThrowsAsync<RefusedRequestException>(() => service.Control.LoadAsync("tiny", Cancellation));
        var unload = Assert.Throws<RefusedRequestException>(() => service.Control.Unload("tiny"));

        Assert.Contains(reason, load.Message);
        Assert.Contains(reason, unload.Message);
        Assert.Equal(1, service.Served());
    }

    [Fact]
    public async Task What_is_not_served_is_refused_with_what_is()
    {
        repository.Publish(1);
        await using var service = await RepositoryService.Start(repository.Root, ModelControl.None);

        Assert.Equal((FaultKind.UnknownModel, "There is no model 'none'; the models are: tiny."), Refusal(service, "none", null));
        Assert.Equal((FaultKind.UnknownModel, "Model 'tiny' has no version 2; its versions are: 1."), Refusal(service, "tiny", "2"));
        foreach (var version in new[] { "0", "-1", "1.0", "01", " 1", "1\n", "9999999999", "latest" })
        {
            Assert.Equal(FaultKind.Malformed, Refusal(service, "tiny", version).Kind);
        }
    }

    [Fact]
    public async Task Of_several_models_one_must_be_named()
    {
        repository.Publish(1);
        repository.Publish(1, name: "other");
        await using var service = await RepositoryService.Start(repository.Root, ModelControl.None);

        Assert.Equal(
            (FaultKind.Malformed, "This service has several models, so the request must name one: other, tiny."),
            Refusal(service, "", ""));
        using var lease = service.Models.Lease("other", "1");
        Assert.Equal("other", lease.Manifest.Name);
    }

    [Fact]
    public async Task One_of_two_models_that_fails_is_told_and_the_other_is_served()
    {
        repository.Publish(1);
        repository.Publish(1, name: "other", damage: folder => File.WriteAllText(Path.Combine(folder, "manifest.json"), "{"));

        await using var service = await RepositoryService.Start(repository.Root, ModelControl.None);

        Assert.Equal("1:Failed", service.States("other"));
        var ready = await service.Get("/healthz/ready");
        Assert.Equal(503, ready.Status);
        Assert.StartsWith("not ready: model 'other' is not ready: version 1 cannot be served: other/1/manifest.json", ready.Text);
        using var lease = service.Models.Lease("tiny", version: null);
        Assert.Equal(1, lease.Manifest.Version);
    }

    [Fact]
    public async Task A_repository_that_is_no_folder_is_refused_at_the_start_whatever_decides()
    {
        var nowhere = Path.Combine(repository.Root, "nowhere");

        await Assert.ThrowsAsync<UserErrorException>(() => RepositoryService.Start(nowhere, ModelControl.Poll));
    }

    public void Dispose() => repository.Dispose();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task Detect(RepositoryService service)
    {
        using var image = RgbImage.Allocate(64, 48);
        using var lease = service.Models.Lease("tiny", version: null);
        Assert.NotNull(await lease.DetectAsync(image, new RequestTerms(RequestClass.Live, long.MaxValue, Cancellation)));
    }

    private static (FaultKind Kind, string Message) Refusal(RepositoryService service, string? name, string? version)
    {
        var refused = Assert.Throws<RefusedRequestException>(() => service.Models.Lease(name, version));
        return (refused.Fault.Kind, refused.Message);
    }
}
