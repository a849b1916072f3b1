using System.CommandLine;
using Pipeline.Serving.Commands;
using Pipeline.Serving.Configuration;

namespace Pipeline.Serving.Tests.Configuration;

/// <summary>Every option of the service can be set and is documented, also one that was added a minute ago.</summary>
public sealed class ServiceSettingTests
{
    [Fact]
    public void Every_option_has_a_flag_of_its_own_unless_it_is_secret()
    {
        var root = ServiceCommand.Root();

        var settings = ServiceSetting.All.Where(setting => !setting.IsSecret && setting.Group.Length > 0);
        var flags = settings.Select(setting => setting.Flag).ToArray();

        Assert.Equal(flags.Distinct(), flags);
        Assert.All(flags, flag => Assert.Contains(root.Options, option => option.Name == flag));
        Assert.DoesNotContain(root.Options, option => ServiceSetting.All.Any(secret => secret.IsSecret && secret.Flag == option.Name));
    }

    [Fact]
    public void The_flags_that_were_there_before_keep_their_names() => Assert.Equal(
        ["--models", "--model", "--model-version", "--url", "--max-body-bytes", "--max-pixels", "--max-side-pixels", "--verbosity"],
        ServiceSetting.All.Select(setting => setting.Flag).Where(flag => flag is "--models" or "--model" or "--model-version" or "--url"
            or "--max-body-bytes" or "--max-pixels" or "--max-side-pixels" or "--verbosity"));

    [Fact]
    public void The_help_shows_every_option_with_its_description_its_default_and_its_key()
    {
        var help = ServiceHelp.Text(ServiceCommand.Root()).ReplaceLineEndings(" ");
        var words = string.Join(' ', help.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.All(ServiceSetting.All, setting =>
        {
            Assert.True(setting.Description.Length > 10, $"{setting.Path.Key} has no summary");
            Assert.DoesNotContain("cref", setting.Description);
            var named = setting.IsSecret ? setting.Variable : setting.Flag;
            Assert.True(setting.Group.Length == 0 || words.Contains(named, StringComparison.Ordinal), named);
            var isShown = setting.Group.Length == 0 || words.Contains(setting.Description, StringComparison.Ordinal);
            Assert.True(isShown, $"{setting.Path.Key} in the help");
        });
        Assert.Contains("--max-queue-delay-ms (batching.maxQueueDelayMs) = 20", words);
        Assert.Contains("null selects by --newest-versions.", words);
        Assert.Contains("With poll: seconds", words);
        Assert.Contains("Examples: pipeline-serve --models models", words);
    }
}
