using Pipeline.Shared.Files;

namespace Pipeline.Shared.Tests.Files;

public sealed class RelativePathTests
{
    [Theory]
    [InlineData("a.png"), InlineData("a/b c/d.png"), InlineData("..a/b.."), InlineData(".hidden"), InlineData("снимок 1/图.jpg")]
    [InlineData("ab:c"), InlineData("...")]
    public void A_path_below_its_folder_is_accepted(string path) => Assert.Equal(path, RelativePath.Require(path));

    [Theory]
    [InlineData(""), InlineData("."), InlineData(".."), InlineData("../a"), InlineData("a/../../b"), InlineData("a/..")]
    [InlineData("a/./b"), InlineData("/etc/passwd"), InlineData("a//b"), InlineData("a/"), InlineData("..\\a")]
    [InlineData("a\\..\\..\\b"), InlineData("\\\\host\\a"), InlineData("C:a"), InlineData("c:/a"), InlineData("a\0b"), InlineData("a\nb")]
    public void A_path_that_leaves_it_is_refused(string path)
    {
        var message = Assert.Throws<UserErrorException>(() => RelativePath.Require(path)).Message;
        Assert.DoesNotContain('\n', message);
    }
}
