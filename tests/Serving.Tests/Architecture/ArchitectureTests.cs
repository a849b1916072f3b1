using System.Text.RegularExpressions;
using Mono.Cecil;
using Pipeline.Golden;

namespace Pipeline.Serving.Tests.Architecture;

/// <summary>The compiled code keeps to the drawings of <c>docs/architecture.md</c>.</summary>
public sealed class ArchitectureTests
{
    private const string Training = "training/", TrainingAssembly = "pipeline-train.dll", TrainingNamespace = "Pipeline.Training";

    private static string Document { get; } = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "architecture.md"));

    [Theory]
    [InlineData("shared/", "Pipeline.Shared.dll", "Pipeline.Shared")]
    [InlineData(Training, TrainingAssembly, TrainingNamespace)]
    [InlineData("serving/", "pipeline-serve.dll", "Pipeline.Serving")]
    public void A_project_has_the_folders_and_the_arrows_that_are_drawn_and_no_cycle(string heading, string assembly, string rootNamespace)
    {
        var drawing = ArchitectureDrawing.Read(Document, heading);

        string[] violations = [.. drawing.Violations(FolderUses.Of(In(assembly), rootNamespace))];

        Assert.True(violations.Length == 0, string.Join('\n', violations));
        Assert.Empty(drawing.Cycle());
    }

    [Fact]
    public void A_project_references_the_projects_that_are_drawn()
    {
        var drawn = ArchitectureDrawing.Read(Document, "The projects");
        string[] projects = ["Pipeline.Shared", "pipeline-train", "pipeline-serve"];
        string[] names = ["shared", "training", "serving"];
        foreach (var (project, name) in projects.Zip(names))
        {
            using var module = ModuleDefinition.ReadModule(In(project + ".dll"));
            var indices = module.AssemblyReferences.Select(reference => Array.IndexOf(projects, reference.Name));
            var arrows = indices.Where(index => index >= 0).Select(index => new FolderArrow(name, names[index]));
            Assert.All(arrows, arrow => Assert.True(drawn.Has(arrow), $"{arrow} is not drawn"));
        }
    }

    [Fact]
    public void An_arrow_that_is_not_drawn_is_reported_with_the_types_that_make_it()
    {
        var without = Regex.Replace(Document, "^ *Probing -->.*$", "Probing", RegexOptions.Multiline);

        var violations = ArchitectureDrawing.Read(without, Training).Violations(FolderUses.Of(In(TrainingAssembly), TrainingNamespace));

        Assert.Contains(violations, violation => violation.StartsWith("Probing --> Backbones is not drawn: ", StringComparison.Ordinal)
            && violation.Contains("Probing.FeatureProbe uses Backbones.ResNet", StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_that_is_not_drawn_and_one_that_is_not_there_are_reported()
    {
        var renamed = Regex.Replace(Document, @"\bProbing\b", "Asking");

        var violations = ArchitectureDrawing.Read(renamed, Training).Violations(FolderUses.Of(In(TrainingAssembly), TrainingNamespace));

        Assert.Contains("the folder Probing is not drawn", violations);
        Assert.Contains("Asking is drawn, but there is no such folder", violations);
    }

    [Fact]
    public void A_drawn_cycle_is_reported_with_the_folders_on_it()
    {
        var drawing = ArchitectureDrawing.Read("\n## a\n```mermaid\nflowchart TD\n  A --> B & D\n  B --> C\n  C --> B & D\n```\n", "a");

        Assert.Equal(["B", "C"], drawing.Cycle());
    }

    [Fact]
    public void A_line_that_the_drawing_does_not_mean_is_refused() =>
        Assert.Throws<InvalidDataException>(() => ArchitectureDrawing.Read("\n## a\n```mermaid\nflowchart TD\n  A -.-> B\n```\n", "a"));

    private static string In(string assembly) => Path.Combine(AppContext.BaseDirectory, assembly);
}
