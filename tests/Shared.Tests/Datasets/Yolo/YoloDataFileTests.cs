using CsCheck;
using Pipeline.Shared.Datasets;

namespace Pipeline.Shared.Tests.Datasets.Yolo;

public sealed class YoloDataFileTests : IDisposable
{
    private const string Line = "0 0.5 0.5 0.2 0.5\n";
    private const string Lists = "train: images/train\nval: images/val\n";

    private readonly ImageFolder folder = new ImageFolder()
        .Images("images/train/a.jpg", "images/train/b.jpg", "images/val/c.jpg")
        .Text("labels/train/a.txt", Line).Text("labels/train/b.txt", Line).Text("labels/val/c.txt", Line);

    [Theory]
    [InlineData("data.yaml", Lists + "names: [cat, dog]\nnc: 2")]
    [InlineData("dataset.yaml", "path: .\n" + Lists + "names:\n  0: cat\n  1: dog\n")]
    [InlineData("mine.yml", "# mine\r\ntrain: [images/train]\r\nvalidation: './images/val'\r\ntest:\r\nnames: {0: cat, 1: \"dog\"}\r\n")]
    [InlineData("data.yaml", "train: ../images/train\nval: ../images/val\nnc: 2\nnames: ['cat', 'dog']\nroboflow:\n  version: 1\n")]
    [InlineData("data.yaml", "train: train.txt\nval: val.txt\nnames: [cat, dog]\ndownload: http://example.com/x.zip\n")]
    public void Lists_and_names_are_read_from_a_folder_or_the_file(string name, string yaml)
    {
        folder.Text(name, yaml).Text("train.txt", "\uFEFF./images/train/a.jpg \r\nimages\\train\\b.jpg\r\n");
        folder.Text("val.txt", folder.At("images/val/c.jpg"));

        foreach (var path in (string[])[folder.Root, folder.At(name)])
        {
            var dataset = Dataset.Open(path);

            Assert.Equal("yolo", dataset.Format.Name);
            Assert.Equal(["train/a", "train/b", "val/c"], dataset.ImageIds);
            Assert.Equal(["train/a", "train/b"], dataset.Splits["train"]);
            Assert.Equal(["val/c"], dataset.Splits["val"]);
            Assert.Equal(["cat", "dog"], dataset.Classes.Select(entry => entry.Name));
            Assert.Empty(dataset.Findings);
            Assert.Equal("cat", Assert.Single(ImageFolder.Read(dataset, "val/c").Annotations).Class);
            Assert.Contains(folder.At(name), dataset.Files);
        }
    }

    [Theory]
    [InlineData("names: [cat]\nnc: 3\n", ":2: nc: '3' is not the number of names, 1")]
    [InlineData("names: [cat]\nnc: many\n", ":2: nc: 'many'")]
    [InlineData("names: {cat: 0}\n", ":1: names: the key of a name must be a whole number")]
    [InlineData("names: {-1: cat}\n", ":1: names: the key of a name must be a whole number")]
    [InlineData("names: [[cat]]\n", ":1: names: the name of class 0 must be text")]
    [InlineData("names: [cat, '']\n", ":1: class 1 has an empty name")]
    [InlineData("names: cat\n", ":1: names: a list of names, or a map")]
    [InlineData("names: [cat]\ntrain: images/none\n", ":2: train: 'images/none' is neither a file nor a folder")]
    [InlineData("names: [cat]\nval: {a: b}\n", ":2: val: a folder of images, a list of them")]
    [InlineData("names: [cat]\nval: http://example.com/images\n", ":2: val: 'http://example.com/images' is neither")]
    [InlineData("names: [cat]\ntrain: data.yaml\n", ":2: ")]
    [InlineData("names: [cat]\nkpt_shape: [17, 3]\n", ":2: kpt_shape")]
    [InlineData("names: [cat\nnc: 1\n", ":1: this is not YAML that can be read")]
    [InlineData("names:\n\t- cat\n", "this is not YAML that can be read")]
    [InlineData("names: &a [cat]\nother: *a\n", ":2: this is not YAML that can be read: the alias *a is not read")]
    [InlineData("names: [cat]\nnames: [dog]\n", ":2: this is not YAML that can be read")]
    public void What_is_wrong_is_said_with_its_line(string yaml, string expected)
    {
        folder.Text("data.yaml", yaml);

        Assert.Contains("data.yaml" + (expected[0] == ':' ? expected : ""), Message());
        Assert.Contains(expected, Message());
    }

    [Fact]
    public void Depth_and_size_are_bounded()
    {
        folder.Text("data.yaml", "names: " + new string('[', 100_000));
        Assert.Contains("more than 16 levels", Message());

        folder.Text("data.yaml", "names: [cat]\n" + new string('#', 1_000_000));
        Assert.Contains("the limit is 1,000,000", Message());
    }

    [Fact]
    public void Numbers_of_names_may_have_gaps_and_a_number_without_name_is_an_error_where_it_is_used()
    {
        folder.Text("data.yaml", Lists + "nc: 2\nnames: {2: cat, 7: dog}\n");

        var dataset = Dataset.Open(folder.Root);

        Assert.Equal([new DatasetClass("cat", 2), new DatasetClass("dog", 7)], dataset.Classes);
        Assert.Contains("class 0 has no name", Assert.Single(ImageFolder.Read(dataset, "val/c").Findings).Message);
    }

    [Fact]
    public void A_path_that_leads_nowhere_means_the_files_folder_and_a_missing_list_to_test_on_is_left_out()
    {
        folder.Text("data.yaml", "path: /content/datasets/cells\n" + Lists + "test: ../test/images\nnames: [cat]\n");

        var dataset = Dataset.Open(folder.Root);

        Assert.Equal(3, dataset.Images.Count);
        Assert.Equal(["path", "test"], dataset.Findings.Select(finding => finding.Message.Split(':')[0]));
        Assert.Equal([":1", ":4"], dataset.Findings.Select(finding => finding.At[^2..]));
    }

    [Fact]
    public void A_path_is_relative_to_the_file_or_absolute()
    {
        folder.Text("configs/relative.yaml", "path: ..\n" + Lists + "names: [cat]");
        folder.Text("configs/absolute.yaml", $"path: {folder.Root}\n{Lists}names: [cat]");

        Assert.Equal(["train/a", "train/b", "val/c"], Dataset.Open(folder.At("configs/relative.yaml")).ImageIds);
        Assert.Equal(["train/a", "train/b", "val/c"], Dataset.Open(folder.At("configs/absolute.yaml")).ImageIds);
        Assert.Contains("several files name classes", Assert.Throws<UserErrorException>(() => Dataset.Open(folder.At("configs"))).Message);
    }

    [Theory]
    [InlineData("train: images\nval: images\n", "train and val are the same images")]
    [InlineData("train: images\n", "")]
    [InlineData("", "")]
    public void Lists_that_divide_nothing_are_none(string lists, string warning)
    {
        folder.Text("data.yaml", lists + "names: [cat]");

        var dataset = Dataset.Open(folder.Root);

        Assert.Equal(3, dataset.Images.Count);
        Assert.Empty(dataset.Splits);
        Assert.Contains(warning, string.Join('\n', dataset.Findings));
    }

    [Theory]
    [InlineData("images/train/none.jpg", "train.txt:2: there is no image 'images/train/none.jpg'")]
    [InlineData("images/train", "train.txt:2: 'images/train' is not an image's path")]
    public void A_line_of_a_list_that_leads_nowhere_is_an_error(string line, string expected)
    {
        folder.Text("data.yaml", "train: train.txt\nval: images/val\nnames: [cat]").Text("train.txt", "images/train/a.jpg\n" + line);

        Assert.Contains(expected, Message());
    }

    [Fact]
    public void Images_outside_of_the_folder_get_ids_from_the_folder_that_all_have_in_common()
    {
        folder.Text("lists/data.yaml", "train: train.txt\nval: val.txt\nnames: [cat]");
        folder.Text("lists/train.txt", "../images/train/a.jpg\n../images/train/a.jpg").Text("lists/val.txt", folder.At("images/val/c.jpg"));

        var dataset = Dataset.Open(folder.At("lists"));

        Assert.Equal(["train/a", "val/c"], dataset.ImageIds);
        Assert.Single(ImageFolder.Read(dataset, "train/a").Annotations);
        Assert.Contains("repeat an image", Assert.Single(dataset.Findings).Summary);
    }

    [Fact]
    public void Damage_of_any_kind_gives_a_message_of_one_line()
    {
        var original = (Lists + "path: .\nnc: 2\nnames:\n  0: cat\n  1: \"do\\u00e9\"\nx: [a, {b: c}, |\n  text\n]\n").ToCharArray();
        var change = Gen.Select(Gen.Int[0, original.Length - 1], Gen.OneOf(Gen.Char, Gen.Char[" \n\t:-[]{}&*!|>'\"%@`#?,"]));
        Gen.Select(change.Array[0, 6], Gen.Int[0, original.Length]).Sample(
            (changes, length) =>
            {
                var text = original.ToArray();
                foreach (var (at, value) in changes)
                {
                    text[at] = value;
                }

                folder.Text("data.yaml", new string(text, 0, length));
                Assert.DoesNotContain('\n', Message());
            },
            iter: 2000,
            threads: 1);
    }

    public void Dispose() => folder.Dispose();

    /// <summary>What is wrong with the data set; empty when nothing is.</summary>
    private string Message()
    {
        try
        {
            Dataset.Open(folder.At("data.yaml"), "yolo");
            return "";
        }
        catch (UserErrorException exception)
        {
            return exception.Message;
        }
    }
}
