"""Schemas, data package, Croissant and dictionary hold the columns that tables are written with."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from breastdce.dataset import layout
from breastdce.dataset.table_set import tables_of
from breastdce.formats.tables import read_raw_tsv


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def published_tables(root: Path) -> dict[str, Path]:
    store = layout.store(root)
    files = (path for path in root.rglob("*.tsv") if store not in path.parents)
    return {path.relative_to(root).as_posix(): path for path in files}


def test_the_package_describes_every_table_and_no_other(intact):
    resources = read(layout.data_package(intact))["resources"]
    files = published_tables(intact)
    assert {one["path"] for one in resources} == files.keys()
    assert len({one["name"] for one in resources}) == len(resources)
    for one in resources:
        content = files[one["path"]].read_bytes()
        assert one["bytes"] == len(content)
        assert one["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
        fields = read(intact / one["schema"])["fields"]
        assert [field["name"] for field in fields] == read_raw_tsv(files[one["path"]])[0]


def test_a_schema_says_type_unit_and_closed_list(intact):
    schema = read(layout.schema(intact, layout.TableName.EXAMS))
    fields = {field["name"]: field for field in schema["fields"]}
    assert (fields["ftv_ml"]["type"], fields["ftv_ml"]["unit"]) == ("number", "mL")
    assert fields["voi"]["constraints"]["enum"] == ["producer", "table", "proposed", "breast"]
    assert fields["caveats"]["constraints"]["pattern"].count("VOI_NONE") == 2
    assert schema["missingValues"] == ["n/a"]
    assert schema["primaryKey"] == ["exam_id"]
    assert schema["foreignKeys"] == [
        {
            "fields": ["participant_id"],
            "reference": {"resource": "participants", "fields": ["participant_id"]},
        }
    ]


def test_the_dictionary_has_each_column_once(intact):
    names, lines = read_raw_tsv(layout.data_dictionary(intact))
    assert names[:2] == ["table", "column"]
    assert [(line[0], line[1]) for line in lines] == [
        (table.name.value, column.name) for table in tables_of(intact) for column in table.columns
    ]
    (feature,) = [line for line in lines if line[1] == "T1_E_Mean"]
    assert feature[2:6] == ["Mean", "number", "1", "A number."]


def test_croissant_has_a_record_set_for_each_table(intact):
    record = read(layout.croissant(intact))
    tables = {table.name.value: table for table in tables_of(intact)}
    assert [one["@id"] for one in record["recordSet"]] == list(tables)
    for one in record["recordSet"]:
        columns = tables[one["@id"]].columns
        assert [field["name"] for field in one["field"]] == [column.name for column in columns]
    files = {one["@id"]: one for one in record["distribution"]}
    exams = layout.exams(intact).read_bytes()
    assert files["exams.tsv"]["sha256"] == hashlib.sha256(exams).hexdigest()
    assert files["images"]["includes"] == "sub-*/ses-*/images/*.nii.gz"
    for one in files.values():
        assert list(intact.glob(one.get("includes") or one["contentUrl"]))
    (volume,) = [one for one in record["recordSet"][1]["field"] if one["name"] == "ftv_ml"]
    assert volume["description"].endswith("Unit: mL.")
    assert volume["dataType"] == "sc:Float"


def test_a_file_set_finds_the_tables_of_exams_and_nothing_else(intact):
    record = read(layout.croissant(intact))
    (one,) = [one for one in record["distribution"] if one["@id"] == "exam-captk"]
    found = sorted(intact.glob(one["includes"]))
    assert found == sorted(intact.glob("sub-*/ses-*/features/*_captk.tsv"))
    assert len(found) == 3


def test_croissant_says_what_is_known_and_leaves_the_rest_out(intact):
    record = read(layout.croissant(intact))
    assert record["rai:dataPreprocessingProtocol"] == ["Images were resampled to 1 mm."]
    assert record["rai:dataLimitations"][0].startswith("VOI_NONE (3 of 3 exams): ")
    assert record["rai:personalSensitiveInformation"]
    assert not {"license", "citeAs", "url", "datePublished", "creator"} & record.keys()
