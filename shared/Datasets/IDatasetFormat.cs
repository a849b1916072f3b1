namespace Pipeline.Shared.Datasets;

/// <summary>A format of labelled images: one is a folder beside this file and a line in <see cref="DatasetFormats"/>.</summary>
public interface IDatasetFormat
{
    /// <summary>As <c>--format</c> and <c>--to</c> name it: <c>kitti</c>, <c>coco</c>, <c>voc</c>, <c>yolo</c>.</summary>
    string Name { get; }

    /// <summary>What it consists of, for messages: "image_2/*.png and label_2/*.txt".</summary>
    string Layout { get; }

    /// <summary>
    /// What its labels hold that no other format is given, for messages: "sizes, positions and angles of KITTI's objects"; null: nothing.
    /// </summary>
    string? NotInModel => null;

    /// <summary>
    /// Whether <see cref="OpenLabels"/> reads sizes of images from their files, because the labels cannot be read without them.
    /// </summary>
    bool LabelsNeedImages => false;

    /// <summary>What at a path looks like this format, for messages: "label_2"; null: nothing does.</summary>
    /// <param name="path">An existing file or folder.</param>
    string? Evidence(string path);

    /// <summary>As <see cref="Evidence"/>, for labels without images.</summary>
    string? LabelEvidence(string path) => Evidence(path);

    /// <summary>Lists images and labels.</summary>
    /// <param name="path">An existing file or folder.</param>
    /// <exception cref="UserErrorException">There is no data set of this format.</exception>
    DatasetContent Open(string path);

    /// <summary>
    /// Lists labels alone, for measuring detections that are in files: images need not be there, unless the labels cannot be read
    /// without them (YOLO's are fractions of an image's size).
    /// </summary>
    /// <param name="path">An existing file or folder; also a folder that holds nothing but label files.</param>
    /// <returns>What was found; where images are not needed, the path of one is that of the file of its labels.</returns>
    /// <exception cref="UserErrorException">There are no labels of this format.</exception>
    DatasetContent OpenLabels(string path) => Open(path);

    /// <summary>Begins a data set of this format.</summary>
    /// <param name="folder">An existing, empty folder.</param>
    /// <param name="classes">All classes, in their order.</param>
    /// <exception cref="UserErrorException">The format cannot hold a class; the message says which, and what to do.</exception>
    IDatasetWriter CreateWriter(string folder, IReadOnlyList<DatasetClass> classes);
}

/// <summary>Writes the labels of a data set, image by image; the image files are copied by the caller.</summary>
public interface IDatasetWriter
{
    /// <summary>What the format could not hold and how often: "crowd regions are written as DontCare".</summary>
    IReadOnlyDictionary<string, int> Losses { get; }

    /// <summary>Writes the labels of an image.</summary>
    /// <param name="image">The image; its id is its name in the new set, too, as far as the format can hold it.</param>
    /// <param name="widthPixels">Width of the decoded image.</param>
    /// <param name="heightPixels">Height of the decoded image.</param>
    /// <param name="annotations">Its annotations.</param>
    /// <returns>Where the image file belongs, relative to the folder, with '/'.</returns>
    /// <exception cref="UserErrorException">Two images would have one name.</exception>
    string Add(DatasetImage image, int widthPixels, int heightPixels, IReadOnlyList<Annotation> annotations);

    /// <summary>Writes what belongs to the whole set.</summary>
    /// <param name="splits">
    /// Lists of image ids by name (<c>train</c>, <c>val</c>, <c>test</c>), as they were given to <see cref="Add"/>.
    /// </param>
    void Finish(IReadOnlyDictionary<string, IReadOnlyList<string>> splits);
}
