using k8s;
using k8s.Models;
using Pipeline.Golden;
using Pipeline.Serving.Tests.Documentation;

namespace Pipeline.Serving.Tests.Deploy;

/// <summary>The manifests of <c>serving/deploy</c>, read by Kubernetes' typed objects: an unknown field is an error.</summary>
public sealed class ManifestTests(ProgramParsers parsers) : IClassFixture<ProgramParsers>
{
    private const string Evaluate = "evaluate-job.yaml", Merge = "evaluate-merge-job.yaml";

    [Fact]
    public void Every_pod_of_the_job_does_its_part_and_all_parts_are_done()
    {
        var spec = Job(Evaluate).Spec;
        var arguments = Container(spec).Args;
        var shard = arguments[arguments.IndexOf("--shard") + 1];

        Assert.Equal("Indexed", spec.CompletionMode);
        Assert.Equal($"job/{spec.Completions}", shard);
        Assert.Equal(spec.Completions, spec.Parallelism);
        Assert.True(spec.BackoffLimitPerIndex > 0);
        Assert.Equal("Never", spec.Template.Spec.RestartPolicy);   // a limit for each index needs it
        Assert.Equal(
            $"{Value(arguments, "--threads")}", Container(spec).Resources.Limits["cpu"].ToString());
    }

    [Fact]
    public void The_merge_reads_what_the_job_writes()
    {
        var job = Container(Job(Evaluate).Spec);
        var merge = Container(Job(Merge).Spec);

        Assert.Equal(job.Args[job.Args.IndexOf("--output") + 1], merge.Args[2]);
        Assert.Equal(job.Image, merge.Image);
        Assert.Equal(Claim(Evaluate, "output"), Claim(Merge, "output"));
        Assert.Equal(Claim(Evaluate, "data"), Claim(Merge, "data"));
    }

    [Theory]
    [InlineData(Evaluate), InlineData(Merge)]
    public void The_program_understands_its_arguments(string file)
    {
        var container = Container(Job(file).Spec);

        Assert.Equal(["/app/pipeline-serve"], container.Command);
        Assert.Empty(parsers.Errors($"pipeline-serve {string.Join(' ', container.Args)}"));
        var mistyped = string.Join(' ', container.Args).Replace("--output", "--ouput", StringComparison.Ordinal);
        Assert.NotEmpty(parsers.Errors($"pipeline-serve {mistyped}"));
    }

    [Theory]
    [InlineData(Evaluate), InlineData(Merge)]
    public void A_pod_is_not_root_writes_only_where_it_should_and_mounts_what_there_is(string file)
    {
        var job = Job(file);
        var pod = job.Spec.Template.Spec;
        var container = Container(job.Spec);

        Assert.Equal("batch/v1", job.ApiVersion);
        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.True(pod.SecurityContext.RunAsUser > 0);
        Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
        Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
        Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
        Assert.Equal(pod.Volumes.Select(volume => volume.Name).Order(), container.VolumeMounts.Select(mount => mount.Name).Order());
        Assert.Equal(
            ["/output", "/tmp"],
            container.VolumeMounts.Where(mount => mount.ReadOnlyProperty != true).Select(mount => mount.MountPath).Order());
        Assert.All(
            container.Args.Where(argument => argument.StartsWith('/')),
            path => Assert.Contains(
                container.VolumeMounts, mount => $"{path}/".StartsWith(mount.MountPath + "/", StringComparison.Ordinal)));
        Assert.Equal(["cpu", "memory"], container.Resources.Limits.Keys.Order());
        Assert.Equal(["cpu", "memory"], container.Resources.Requests.Keys.Order());
    }

    [Theory]
    [InlineData("completionMode:", "completionmode:"), InlineData("runAsNonRoot:", "runAsNonroot:")]
    [InlineData("volumeMounts:", "volumeMount:"), InlineData("backoffLimitPerIndex:", "backoffLimitByIndex:")]
    [InlineData("completions: 4", "completions: four")]
    public void A_field_that_is_written_wrongly_is_found(string right, string wrong)
    {
        var text = Text(Evaluate);
        Assert.Contains(right, text);

        Assert.ThrowsAny<Exception>(() => Parse(text.Replace(right, wrong, StringComparison.Ordinal)));
    }

    private static string Value(IList<string> arguments, string option) => arguments[arguments.IndexOf(option) + 1];

    private static string Claim(string file, string volume) =>
        Job(file).Spec.Template.Spec.Volumes.Single(entry => entry.Name == volume).PersistentVolumeClaim.ClaimName;

    private static V1Container Container(V1JobSpec spec) => Assert.Single(spec.Template.Spec.Containers);

    private static V1Job Job(string file) => Parse(Text(file));

    private static V1Job Parse(string text) => Assert.IsType<V1Job>(Assert.Single(KubernetesYaml.LoadAllFromString(text, strict: true)));

    private static string Text(string file) => File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "serving", "deploy", file));
}
