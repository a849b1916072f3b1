namespace Pipeline.Training.Checkpoints;

/// <summary>The command that turns a foreign file of weights into the one that is asked for.</summary>
/// <param name="options">Options of <c>import</c> other than the files.</param>
internal sealed class ImportHint(string options)
{
    /// <summary>For a residual network.</summary>
    public static ImportHint Backbone { get; } = new("");

    /// <summary>For a whole detector.</summary>
    public static ImportHint Detector { get; } = new(" --as detector --labels A,B,…");

    /// <summary>For the initial weights of a contrastive training.</summary>
    public static ImportHint Contrastive { get; } = new(" --as contrastive");

    /// <summary>The command for a file.</summary>
    public string For(string path)
    {
        var isNamedSo = Path.GetExtension(path).Equals(".safetensors", StringComparison.OrdinalIgnoreCase);
        var target = Path.GetFileNameWithoutExtension(path) + (isNamedSo ? "-imported" : "") + ".safetensors";
        return $"pipeline-train import --weights {Quoted(path)} --output {Quoted(target)}{options}";
    }

    /// <summary>A word as a shell reads it.</summary>
    private static string Quoted(string word)
    {
        var isPlain = word.All(character => char.IsLetterOrDigit(character) || "/._-+,:@%=".Contains(character, StringComparison.Ordinal));
        return isPlain ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}
