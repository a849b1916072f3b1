using Pipeline.Serving.Configuration;
using Pipeline.Serving.Security;
using Pipeline.Shared;

namespace Pipeline.Serving.Tests.Security;

public sealed class ApiKeysTests : IDisposable
{
    private const string Key = "0123456789abcdef";
    private readonly string folder = Directory.CreateTempSubdirectory("keys").FullName;

    [Fact]
    public void Keys_come_from_the_file_and_from_the_options()
    {
        var file = Write($"# of the team\n{Key}\r\n\n  another-key-of-16+  \n");
        var keys = ApiKeys.Read(new SecurityOptions { ApiKeysFile = file, ApiKeys = ["a third key".Replace(' ', '-') + "-long"] });

        Assert.All([Key, "another-key-of-16+", "a-third-key-long"], key => Assert.True(keys.Contains(key)));
        string[] wrong = ["", "# of the team", Key[..^1], Key + "0", Key.ToUpperInvariant(), "  another-key-of-16+  "];
        Assert.All(wrong, key => Assert.False(keys.Contains(key)));
    }

    [Fact]
    public void Without_keys_none_is_needed() => Assert.True(ApiKeys.Read(new SecurityOptions()).IsEmpty);

    [Theory]
    [InlineData("", "there is no API key in it"), InlineData("# only a comment\n\n", "there is no API key in it")]
    [InlineData("0123456789abcdef\nshort\n", ":2: this key has 5 characters"), InlineData("0123456789 abcdef", ":1: this key has a space")]
    [InlineData("schlüssel-mit-umlaut", ":1: this key has a space or a character beyond ASCII")]
    public void A_file_without_a_good_key_is_refused_and_never_shown(string content, string reason)
    {
        var file = Write(content);
        var refused = Assert.Throws<UserErrorException>(() => ApiKeys.Read(new SecurityOptions { ApiKeysFile = file }));

        Assert.StartsWith(file, refused.Message);
        Assert.Contains(reason, refused.Message);
        Assert.DoesNotContain("short", refused.Message);
    }

    [Fact]
    public void A_file_that_is_missing_and_a_key_that_is_short_are_refused_at_the_start()
    {
        Assert.Contains("there is no such file of API keys", Refusal(new SecurityOptions { ApiKeysFile = Path.Combine(folder, "none") }));
        Assert.Contains("security.apiKeys: key 2 has 3 characters", Refusal(new SecurityOptions { ApiKeys = [Key, "abc"] }));
        Assert.Contains("key 1 has 0 characters", Refusal(new SecurityOptions { ApiKeys = [""] }));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string Refusal(SecurityOptions security)
    {
        var options = ServiceFixture.Options("nowhere", "http://127.0.0.1:0") with { Security = security };
        return Assert.Throws<UserErrorException>(() => DetectionService.Build(options)).Message;
    }

    private string Write(string content)
    {
        var path = Path.Combine(folder, "keys");
        File.WriteAllText(path, content);
        return path;
    }
}
